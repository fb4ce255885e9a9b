import json
from pathlib import Path

import pandas as pd
import pytest

from tests.support.shards import write_tones
from training.data.manifest import content_checksum, earlier_checksums, manifest_checksum
from training.evaluation.train_test_overlap import (
    SpeakerOverlap,
    audio_overlap,
    speaker_overlap,
    training_clips,
)
from training.model.provenance import TrainingSpeakers

INDEX = pd.DataFrame(
    {
        "id": ["a/1", "a/2", "a/3"],
        "audio_xxh3": ["x", "y", None],
        "speaker": ["a:1", "a:2", None],
    }
)


def test_a_recording_that_was_heard_in_another_form_was_heard() -> None:
    assert audio_overlap(INDEX, {"a/1", "z"}) == ["the audio of 1 of 3 utterances WAS in training"]
    assert audio_overlap(INDEX, {"a/1", "z"}, {"y": "y", "z": "y", "x": "x", "w": "x"}) == [
        "the audio of 2 of 3 utterances, 1 of them in another form, WAS in training"
    ]


def test_speakers_are_compared_with_those_of_training() -> None:
    found = speaker_overlap(INDEX, TrainingSpeakers(frozenset({"a:1"}), 4, ("m",)))
    assert found == SpeakerOverlap(1, 1, 1, 4, ["m"])


@pytest.mark.parametrize(
    ("overlap", "independent", "text"),
    [
        (SpeakerOverlap(0, 3, 0), True, "none of the 3 speakers was in training"),
        (SpeakerOverlap(1, 2, 0), False, "1 of 3 speakers WERE in training"),
        (SpeakerOverlap(0, 3, 0, 2), False, "of 2 utterances there the speaker is unknown"),
        (SpeakerOverlap(0, 3, 0, 0, ["m"]), False, "m does not say whom it was trained on"),
        (SpeakerOverlap(0, 0, 5), False, "no speaker is known"),
        (SpeakerOverlap(0, 1, 0), True, "the one speaker was not in training"),
        (SpeakerOverlap(0, 1, 0, 1), False, "the one speaker is not known to have been in"),
        (SpeakerOverlap(0, 1, 0, 1), False, "of 1 utterance there"),
        (SpeakerOverlap(1, 0, 0), False, "1 of 1 speaker WAS in training"),
        (SpeakerOverlap(0, 3, 5), True, "(5 utterances of unknown speakers unchecked)"),
    ],
)
def test_it_says_whether_speakers_are_independent(
    overlap: SpeakerOverlap, independent: bool, text: str
) -> None:
    assert overlap.independent is independent
    assert text in str(overlap)


def test_score_files_keep_their_keys() -> None:
    overlap = SpeakerOverlap(1, 2, 3, 4, ["m"])
    saved = {
        "seen": 1,
        "unseen": 2,
        "unknown_utterances": 3,
        "unknown_in_training": 4,
        "silent": ["m"],
    }
    assert overlap.to_dict() == saved
    assert SpeakerOverlap.from_dict(saved) == overlap
    with pytest.raises(TypeError):
        SpeakerOverlap.from_dict({**saved, "loud": 1})


def test_clips_are_recognised_by_id_and_by_audio() -> None:
    assert audio_overlap(INDEX, {"a/1", "y", "z"}) == [
        "the audio of 2 of 3 utterances WAS in training"
    ]
    assert audio_overlap(INDEX, {"z"}) == []


def test_of_older_models_the_whole_manifest_decides(tmp_path: Path) -> None:
    dataset = write_tones(tmp_path, {"train": 1}, ("alpha",))
    said = {"manifest_sha256": manifest_checksum(dataset)}
    data = {"corpora": ["alpha"]}
    heads: dict[str, list[str]] = {"emotions": [], "dimensions": []}
    stage = {"dataset": said, "recipe": {"data": data}, "heads": heads}
    assert "alpha/train_000" in training_clips(stage, dataset)
    assert training_clips(stage | {"dataset": {}}, dataset) == set()
    with (dataset / "manifest.json").open("a", encoding="utf-8") as manifest:
        manifest.write("\n")
    assert training_clips(stage, dataset) == set()
    said["content_sha256"] = content_checksum(dataset)
    assert "alpha/train_000" in training_clips(stage, dataset)
    manifest_there = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    text = json.dumps(manifest_there | {"version": "0.1.0"})
    (dataset / "manifest.json").write_text(text, encoding="utf-8")
    for said["content_sha256"] in earlier_checksums(dataset):  # the version counted, too
        assert "alpha/train_000" in training_clips(stage, dataset)
