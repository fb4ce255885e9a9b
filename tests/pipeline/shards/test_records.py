"""Rows: each utterance is written or rejected with its reason, in order."""

import io
from pathlib import Path

import pytest
import soundfile

from pipeline.audio.options import AudioOptions
from pipeline.schema.columns import stage_columns
from pipeline.schema.record import COLUMNS, RECORD
from pipeline.schema.utterance import Utterance, excluded
from pipeline.shards import source_audio
from pipeline.shards.receipts import RejectRow
from pipeline.shards.records import label_columns, metadata_columns
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import write_tone
from tests.pipeline.shards.conftest import OPTIONS, make_records


def test_every_column_is_filled(utterances: list[Utterance], spec: CorpusSpec, root: str) -> None:
    (record,) = make_records(utterances[:1], spec, root, OPTIONS, pytest.fail)
    assert set(record) == set(RECORD.names)
    assert set(label_columns(utterances[0])) == set(stage_columns(COLUMNS, "labels"))
    audio = set(stage_columns(COLUMNS, "audio"))
    assert set(metadata_columns(utterances[0], spec)) == set(RECORD.names) - audio


@pytest.mark.parametrize("codec", ["flac", "wav"])
def test_audio_is_a_file_of_the_codec(
    utterances: list[Utterance], spec: CorpusSpec, root: str, codec: str
) -> None:
    options = AudioOptions(codec=codec)  # type: ignore[arg-type]
    (record,) = make_records(utterances[:1], spec, root, options, pytest.fail)
    assert record["audio"]["path"] == f"{utterances[0].id}.{codec}"
    stored = soundfile.info(io.BytesIO(record["audio"]["bytes"]))
    assert (stored.format, stored.samplerate, stored.channels) == (codec.upper(), 16_000, 1)
    assert stored.frames / 16_000 == record["duration"]


def test_those_that_can_not_be_written_are_rejected_with_the_reason(
    utterances: list[Utterance], spec: CorpusSpec, root: str
) -> None:
    dropped, lost, empty, whole = utterances[:4]
    dropped = dropped._replace(dropped=excluded("labels", "label_excluded", "by this test"))
    Path(root, lost.source_path).unlink()
    Path(root, empty.source_path).write_bytes(b"")
    rejects: list[RejectRow] = []
    seconds: list[float] = []
    written = make_records(
        [dropped, lost, empty, whole], spec, root, OPTIONS, rejects.append, on_clip=seconds.append
    )
    assert [record["id"] for record in written] == [whole.id]
    assert [(row.id, row.stage, row.reason) for row in rejects] == [
        (dropped.id, "labels", "label_excluded"),
        (lost.id, "audio", "unreadable"),
        (empty.id, "audio", "empty"),
    ]
    assert seconds == [0.0, 0.0, pytest.approx(0.3)]


def test_segments_of_one_recording_read_it_once(
    utterances: list[Utterance],
    spec: CorpusSpec,
    root: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_tone(Path(root, utterances[0].source_path), seconds=2.0)
    segments = [utterances[0]._replace(start=n / 2, end=(n + 1) / 2) for n in range(4)]
    opened: list[str] = []

    def planned(*how: object):  # type: ignore[no-untyped-def]
        read = original(*how)  # type: ignore[arg-type]
        return lambda path: opened.append(path) or read(path)

    original = source_audio.open_planned_files
    monkeypatch.setattr(source_audio, "open_planned_files", planned)
    rows = list(make_records(segments, spec, root, OPTIONS, pytest.fail))
    assert [row["duration"] for row in rows] == [0.5] * 4
    assert len({row["source_xxh3"] for row in rows}) == 1
    assert len(opened) == 1
