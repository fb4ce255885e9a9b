from pipeline.checks.utterance_export import EXPORT
from pipeline.schema.columns import stage_columns
from pipeline.schema.record import AROUSAL_CLASSES, CLASSES, COLUMNS, RECORD, VALENCE_CLASSES
from pipeline.schema.utterance import Utterance
from pipeline.shards.metadata_reader import METADATA
from pipeline.shards.records import label_columns
from training.data import index


def test_classes_are_arousal_times_valence_in_label_order() -> None:
    assert list(CLASSES) == [f"{a}_{v}" for a in AROUSAL_CLASSES for v in VALENCE_CLASSES]


def test_names_of_columns_are_unique() -> None:
    assert len(set(RECORD.names)) == len(COLUMNS)


def test_the_label_map_fills_the_columns_of_its_stage() -> None:
    clip = Utterance("tones/a", "tones", "tones/a", "a.wav", 1, "")
    assert set(label_columns(clip)) == set(stage_columns(COLUMNS, "labels"))


def test_readers_of_metadata_leave_the_audio_alone() -> None:
    for names in (METADATA, index.METADATA):
        assert {"id", "corpus", "split", "audio_xxh3"} <= set(names) <= set(RECORD.names)
        assert "audio" not in names


def test_an_export_holds_columns_as_the_record_does() -> None:
    shared = set(EXPORT.names) & set(RECORD.names)
    assert len(shared) == 17
    assert all(EXPORT.field(name).type == RECORD.field(name).type for name in shared)
