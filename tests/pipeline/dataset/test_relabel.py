import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as pq
import pytest
from xxhash import xxh3_128_hexdigest

from pipeline.common.errors import DataError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.relabel import relabel_dataset
from pipeline.raters.agreement import Agreement
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.storage import files as storage
from pipeline.storage.folder_lock import lock_folder
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build


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


def test_build_by_the_earlier_map_brings_back_what_left(
    dataset: Path, make_spec: MakeSpec, tmp_path: Path
) -> None:
    before = rows(dataset)
    fewer = make_spec(emotions="{ang: anger, hap: happiness}", exclude="{neu: not_emotional}")
    relabel_dataset(str(dataset), {"tones": fewer}, emotion_scheme())
    build(make_spec(), tmp_path / "corpora" / "tones", dataset)
    pd.testing.assert_frame_equal(rows(dataset), before)


def test_ratings_that_are_not_exact_as_stored_have_not_changed(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    (root / "rated.csv").write_text(
        "id,v\n" + "".join(f"s0{n},{2.6667 + n / 7}\n" for n in range(4))
    )
    rated = "{rated: {file: rated.csv, match: {id: '{speaker}'}, take: {valence: v}}}"
    spec = make_spec(tables=rated, scales="{valence: [1, 5]}")
    build(spec, root, tmp_path / "dataset")
    assert rows(tmp_path / "dataset")["valence"].nunique() == 4
    _, changed = relabel_dataset(str(tmp_path / "dataset"), {"tones": spec}, emotion_scheme())
    assert changed == 0


def test_relabelling_interrupted_at_any_write_loses_nothing(
    dataset: Path, make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make_spec(emotions="{ang: irritation, hap: happiness}", exclude="{neu: not_emotional}")

    def relabel(folder: Path) -> None:
        relabel_dataset(str(folder), {"tones": spec}, emotion_scheme())

    check_interruptions(relabel, dataset, tmp_path, monkeypatch)


def test_build_interrupted_while_copies_leave_another_corpus_loses_nothing(
    dataset: Path,
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bells = make_corpus("bells")
    for number, clip in enumerate((tmp_path / "corpora" / "tones" / "wav").glob("*_ang_*.wav")):
        shutil.copy(clip, bells / "wav" / f"s99_ang_{number}.wav")
    spec = make_spec("bells", splits="{by: official, of: speaker, s99: test, 's0.': train}")

    def build_bells(folder: Path) -> None:
        build(spec, bells, folder)

    whole = check_interruptions(build_bells, dataset, tmp_path, monkeypatch, among="/tones/train-")
    assert require_manifest(str(whole)).corpora["tones"].excluded["duplicate_across_splits"]


def check_interruptions(
    work: Callable[[Path], None],
    dataset: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    among: str = "",
) -> Path:
    """Kills work on a dataset before and after each file it writes; repeated, it ends the same."""

    class KilledError(Exception):
        pass

    write, new_file, countdown = storage.write_atomic, storage.new_file, 0

    def survive(path: str) -> None:
        nonlocal countdown
        countdown -= among in path
        if among in path and countdown == 0:
            raise KilledError

    def mortal_write(path: str, content: bytes | memoryview) -> None:
        survive(path)
        write(path, content)
        survive(path)

    @contextmanager
    def mortal_file(path: str) -> Iterator[BinaryIO]:
        survive(path)
        with new_file(path) as file:
            yield file
        survive(path)

    def copy(name: str) -> Path:
        return Path(shutil.copytree(dataset, tmp_path / name))

    monkeypatch.setattr(storage, "write_atomic", mortal_write)
    monkeypatch.setattr(storage, "new_file", mortal_file)
    whole = copy("whole")
    work(whole)
    moments = -countdown
    assert moments >= 6
    for moment in range(1, moments + 1):
        folder = copy(f"killed-{moment}")
        countdown = moment
        with pytest.raises((KilledError, RuntimeError)):  # Beam makes another error of it
            work(folder)
        countdown = 0
        work(folder)
        for name in ("manifest.json", "rejects.parquet"):
            assert (folder / name).read_bytes() == (whole / name).read_bytes(), moment
        shards = {path.relative_to(folder) for path in folder.glob("data/*/*.parquet")}
        assert shards == {path.relative_to(whole) for path in whole.glob("data/*/*.parquet")}
    return whole


def test_dataset_whose_build_was_interrupted_is_not_relabelled(
    dataset: Path, make_spec: MakeSpec
) -> None:
    mark_unfinished(str(dataset))
    with pytest.raises(DataError, match="build again first"):
        relabel_dataset(str(dataset), {"tones": make_spec()}, emotion_scheme())


def test_build_after_relabelling_reuses_the_audio(
    dataset: Path, make_spec: MakeSpec, tmp_path: Path
) -> None:
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    counts = build(spec, tmp_path / "corpora" / "tones", dataset)
    assert (counts.done, counts.reused) == (0, 24)


def test_dataset_that_another_process_writes_to_is_not_relabelled(
    dataset: Path, make_spec: MakeSpec
) -> None:
    with lock_folder(str(dataset), "exhubert build"), pytest.raises(DataError, match="writing"):
        relabel_dataset(str(dataset), {"tones": make_spec()}, emotion_scheme())


ANSWERS = {
    "tables": "{answers: {file: answers.csv, match: {clip: '{stem}'}, "
    "take: {rater: rater, emotion: felt, valence: level}}}",
    "scales": "{valence: [1, 7]}",
}


def write_answers(root: Path) -> None:
    """Three raters a clip: two hear anger and one happiness; all ratings are thirds."""
    said = [("a", "ang", "2.3333333333333335"), ("b", "ang", "1.3"), ("c", "hap", "6.1")]
    lines = [
        f"{file.stem},{rater},{felt},{level}"
        for file in sorted(root.glob("wav/*.wav"))
        for rater, felt, level in said
    ]
    (root / "answers.csv").write_text("\n".join(["clip,rater,felt,level", *lines]))


def test_answers_of_raters_are_counted_anew(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root, dataset = make_corpus(), tmp_path / "dataset"
    write_answers(root)
    keys = ANSWERS | {"raters": "{rows: answers, by: rater, emotion: majority, ratings: mean}"}
    build(make_spec(**keys), root, dataset)
    before = rows(dataset)
    agreement = require_manifest(str(dataset)).corpora["tones"].agreement
    assert agreement["emotion"] == Agreement(-0.4792, "nominal", 24, 72)
    assert (agreement["valence"].level, agreement["valence"].answers) == ("interval", 72)
    for page in ("README.md", "report.html"):
        assert "α" in (dataset / page).read_text()
    assert (
        "| `tones` | emotion | -0.479 | nominal | 24 | 3.0 |" in (dataset / "README.md").read_text()
    )
    assert set(before["label_native"]) == {"ang"}
    _, changed = relabel_dataset(str(dataset), {"tones": make_spec(**keys)}, emotion_scheme())
    assert changed == 0
    keys["raters"] = "{rows: answers, by: rater, emotion: majority, ratings: median}"
    keys["emotions"] = "{ang: irritation, neu: neutral, hap: happiness}"
    _, changed = relabel_dataset(str(dataset), {"tones": make_spec(**keys)}, emotion_scheme())
    after = rows(dataset)
    assert changed == 24
    assert set(after["emotion"]) == {"irritation"}
    assert after["valence"].to_list() == pytest.approx([(2.3333333 - 1) / 6] * 24)
    pd.testing.assert_series_equal(after["raters"], before["raters"])
    keys["raters"] = "{rows: answers, by: rater, emotion: unanimous}"
    manifest, _ = relabel_dataset(str(dataset), {"tones": make_spec(**keys)}, emotion_scheme())
    assert manifest.corpora["tones"].excluded == {"no_majority": 24}
    assert manifest.corpora["tones"].agreement == agreement


def test_dataset_of_a_release_without_a_column_is_relabelled(
    dataset: Path, make_spec: MakeSpec
) -> None:
    shards = sorted(dataset.glob("data/*/*.parquet"))
    for shard in shards:
        pq.write_table(pq.read_table(shard).drop_columns("raters"), shard)
        receipt = dataset / ".build" / f"tones/{shard.stem}.json"
        stated = json.loads(receipt.read_text())
        content = shard.read_bytes()
        stated |= {"size": len(content), "xxh3": xxh3_128_hexdigest(content)}
        receipt.write_text(json.dumps(stated))
    spec = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    manifest, changed = relabel_dataset(str(dataset), {"tones": spec}, emotion_scheme())
    assert (changed, manifest.corpora["tones"].emotions["irritation"]) == (8, 8)
    assert rows(dataset)["raters"].isna().all()
