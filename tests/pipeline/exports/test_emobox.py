"""EmoBox's form: a folder a corpus, a folder a fold, one line of JSON a clip."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from pipeline.dataset.protocols import change_protocols
from pipeline.exports.formats import export_dataset
from pipeline.specs.published_protocols import published_protocols
from pipeline.splits.protocols.clip_names import expand_names
from tests.conftest import write_tone
from tests.pipeline.exports.conftest import SPEC

ODD_FOLDS = """
protocols:
  odd: {of: speaker, folds: {ses/1: {test: f1}, ses_1: {test: f2}, a/../../../out: {test: m1}}}
"""


def read(file: Path) -> dict[str, dict[str, object]]:
    """Id → line of a file of clips."""
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {line["id"]: line for line in lines}


def test_a_corpus_without_folds_has_the_split_of_the_dataset(
    export: Callable[..., Path], samples: dict[str, np.ndarray]
) -> None:
    folder = export("emobox")
    everything = read(folder / "tones/tones.jsonl")
    assert everything.keys() == samples.keys()
    for clip, line in everything.items():
        heard, rate = soundfile.read(folder / str(line["wav"]), dtype="int16")
        assert np.array_equal(heard, samples[clip])
        assert (line["length"], line["sample_rate"]) == (len(heard) / rate, rate)
        assert (line["dataset"], line["type"], line["task"]) == ("tones", "raw", "category")
    keys = {str(line["key"]) for line in everything.values()}
    assert len(keys) == len(samples)
    assert not any("/" in key for key in keys)
    folds = [read(file) for file in (folder / "tones/fold_1").glob("tones_*_fold_1.jsonl")]
    assert sum(map(len, folds)) == len(samples)
    assert {clip for fold in folds for clip in fold} == samples.keys()
    assert json.loads((folder / "tones/label_map.json").read_text()) == {
        "anger": "anger",
        "neutral": "neutral",
    }
    assert "tones: one fold, the dataset's own split" in (folder / "README.md").read_text()


def test_folds_of_a_protocol(dataset: Path, tmp_path: Path) -> None:
    manifest = change_protocols(str(dataset), ["loso"])
    folder = tmp_path / "folds"
    try:
        assert export_dataset(str(dataset), folder, "emobox", protocol="loso") == 16
    finally:
        change_protocols(str(dataset), remove=["loso"])
    facts = manifest.protocols["loso"].corpora["tones"].folds
    assert len(facts) == 4
    for fold in facts:
        place = folder / "tones" / f"fold_{fold.name}"
        assert {file.name for file in place.iterdir()} == {
            f"tones_train_fold_{fold.name}.jsonl",
            f"tones_test_fold_{fold.name}.jsonl",
        }
        train = read(place / f"tones_train_fold_{fold.name}.jsonl")
        test = read(place / f"tones_test_fold_{fold.name}.jsonl")
        assert (len(train), len(test)) == (fold.train, fold.test)
        assert {line["speaker"] for line in test.values()} == {f"tones:{fold.held_out[0]}"}
        assert not train.keys() & test.keys()
    assert "in the fold where they are most: 0" in (folder / "README.md").read_text()


def test_another_protocol_is_named_by_its_name(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no protocol 'losso'; it has none.*--add losso"):
        export_dataset(str(dataset), tmp_path / "a", "emobox", protocol="losso")
    with pytest.raises(UsageError, match=r"--to nemo has no folds; .* --to emobox"):
        export_dataset(str(dataset), tmp_path / "b", "nemo", protocol="loso")


def test_published_folds_have_the_clips_that_were_published(tmp_path: Path) -> None:
    """EMO-DB: 535 clips, five folds, whose test parts are lists of files."""
    published = published_protocols("emo_db")["emobox"].folds
    tested = {fold: set(expand_names(stated.clips)) for fold, stated in published.items()}
    for number, name in enumerate(sorted(set().union(*tested.values()))):
        write_tone(tmp_path / "emo_db/wav" / f"{name}.wav", hertz=100 + number, seconds=0.26)
    dataset, folder = tmp_path / "dataset", tmp_path / "folds"
    root = ["--root", f"emo_db={tmp_path / 'emo_db'}", "--output", str(dataset)]
    assert main(["build", *root, "--jobs", "1"]) == 0
    assert export_dataset(str(dataset), folder, "emobox") == 535
    for fold, names in tested.items():
        place = folder / "emo_db" / f"fold_{fold}"
        test = read(place / f"emo_db_test_fold_{fold}.jsonl")
        train = read(place / f"emo_db_train_fold_{fold}.jsonl")
        assert {Path(clip).name for clip in test} == names
        assert {"train": len(train), "test": len(test)} == published[fold].published
        assert len({line["emo"] for line in test.values()}) == 7
    told = (folder / "README.md").read_text()
    assert "emo_db: 5 folds of protocol emobox" in told
    assert told.rstrip().endswith(": 10")  # all ten speakers stand in training and in test


def test_names_of_folds_and_corpora_stay_below_the_export(tmp_path: Path) -> None:
    """A corpus called as the folder of the clips; folds called as paths, and alike but for that."""
    spec = SPEC.format(corpus="audio").replace("utterances: 16", "utterances: 4") + ODD_FOLDS
    (tmp_path / "audio.yaml").write_text(spec)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/ratings.csv").write_text("clip,arousal\nf1 ang.1,4\n")
    for number, name in enumerate(("f1 ang.1", "f1 neu.2", "f2 ang.3", "m1 neu.4")):
        write_tone(tmp_path / "corpus/wav" / f"{name}.wav", hertz=200 + 9 * number, seconds=0.3)
    dataset, folder = tmp_path / "dataset", tmp_path / "exports/here"
    root = ["--root", f"audio={tmp_path / 'corpus'}", "--output", str(dataset)]
    assert main(["build", "--spec", str(tmp_path / "audio.yaml"), *root, "--jobs", "1"]) == 0
    change_protocols(str(dataset), ["odd"])
    assert export_dataset(str(dataset), folder, "emobox", protocol="odd") == 4
    assert [place.name for place in folder.parent.iterdir()] == ["here"]
    tested = {
        place.name: {str(line["speaker"]) for line in read(place / name).values()}
        for place in (folder / "audio").glob("fold_*")
        for name in [f"audio_test_{place.name}.jsonl"]
    }
    assert tested == {
        "fold_ses_1": {"audio:f1"},
        "fold_ses_1_": {"audio:f2"},
        "fold_a_.._.._.._out": {"audio:m1"},
    }
    for line in read(folder / "audio/audio.jsonl").values():
        assert (folder / str(line["wav"])).is_file()
