from pathlib import Path

import pandas as pd
import pytest

from pipeline.build import build_dataset
from pipeline.labels import emotion_scheme
from pipeline.progress import Counts
from pipeline.records import AudioOptions
from pipeline.relabel import relabel_dataset
from pipeline.spec import CorpusSpec
from pipeline.transforms import Build, Corpus
from tests.conftest import MakeCorpus, MakeSpec


def build(spec: CorpusSpec, root: Path, output: Path) -> Counts:
    seen = [Counts()]
    corpora = {spec.id: Corpus(spec, str(root))}
    what = Build(corpora, emotion_scheme(), str(output), AudioOptions())
    build_dataset(what, watch=seen.append)
    return seen[-1]


def rows(output: Path) -> pd.DataFrame:
    shards = sorted(output.glob("data/*/*.parquet"))
    return pd.concat(pd.read_parquet(shard) for shard in shards).set_index("id").sort_index()


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    build(make_spec(), make_corpus(), tmp_path / "dataset")
    return tmp_path / "dataset"


def test_changed_map_rewrites_labels_and_nothing_else(dataset: Path, make_spec: MakeSpec) -> None:
    before = rows(dataset)
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    manifest, changed = relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    after = rows(dataset)
    assert changed == 8
    assert manifest.corpora["tones"].emotions == {"happiness": 8, "irritation": 8, "neutral": 8}
    assert set(after.loc[after["label_native"] == "ang", "label"]) == {0}
    labels = ["emotion", "arousal_class", "valence_class", "label"]
    pd.testing.assert_frame_equal(after.drop(columns=labels), before.drop(columns=labels))


def test_codes_no_longer_taken_leave_with_a_reason(dataset: Path, make_spec: MakeSpec) -> None:
    spec = make_spec(emotions="{ang: anger, hap: happiness}", exclude="{neu: not_emotional}")
    manifest, changed = relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    corpus = manifest.corpora["tones"]
    assert (changed, corpus.written, corpus.excluded) == (8, 16, {"not_emotional": 8})
    assert corpus.adds_up


def test_unchanged_map_changes_no_byte(dataset: Path, make_spec: MakeSpec) -> None:
    before = {f: f.read_bytes() for f in dataset.rglob("*") if f.is_file()}
    _, changed = relabel_dataset(str(dataset), {"tones": make_spec()}, emotion_scheme())
    assert changed == 0
    assert before == {f: f.read_bytes() for f in dataset.rglob("*") if f.is_file()}


def test_build_with_a_changed_map_decodes_no_audio(
    dataset: Path, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    root = tmp_path / "corpora" / "tones"
    counts = build(spec, root, dataset)
    assert (counts.done, counts.reused) == (0, 24)
    build(spec, root, tmp_path / "fresh")
    pd.testing.assert_frame_equal(rows(dataset), rows(tmp_path / "fresh"))


def test_build_after_relabelling_reuses_the_audio(
    dataset: Path, make_spec: MakeSpec, tmp_path: Path
) -> None:
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    counts = build(spec, tmp_path / "corpora" / "tones", dataset)
    assert (counts.done, counts.reused) == (0, 24)
