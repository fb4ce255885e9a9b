"""Clips that leave because of others can still be heard on the page, and nowhere else."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.dataset.duplicates.pair_table import Pair, read_pairs
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.relabel import relabel_dataset
from pipeline.dataset.report.page import read_rows, write_report
from pipeline.dataset.report.pairs import DIFFERENT_LABELS, choose_pairs
from pipeline.dataset.report.removed_audio import (
    choose_removed_audio,
    read_removed_audio,
    removed_audio_path,
)
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build
from tests.support.pairs import clip, pair

DISPUTED = ["tones/wav/s00_ang_0", "tones/wav/s00_hap_0"]


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> str:
    """One sound under two labels of its corpus."""
    root = make_corpus()
    (root / "wav" / "s00_hap_0.wav").write_bytes((root / "wav" / "s00_ang_0.wav").read_bytes())
    build(make_spec(), root, tmp_path / "dataset")
    return str(tmp_path / "dataset")


def test_both_sides_of_a_conflict_are_heard_though_both_are_rejected(dataset: str) -> None:
    manifest = require_manifest(dataset)
    assert manifest.corpora["tones"].rejected == {"contradictory_labels": 2}
    pairs = read_rows(dataset, manifest, "redistributable").pairs
    ((shown,), unheard) = pairs.groups[DIFFERENT_LABELS], pairs.inaudible
    assert [shown.one.id, shown.other.id] == DISPUTED
    assert shown.one.audio == shown.other.audio != ""
    assert unheard == 0
    silent = manifest.corpora["tones"].model_copy(update={"redistribute": False})
    manifest = manifest.model_copy(update={"corpora": {"tones": silent}})
    assert not read_rows(dataset, manifest, "redistributable").pairs.groups


def test_they_are_kept_when_nothing_is_read_anew(dataset: str, make_spec: MakeSpec) -> None:
    before = Path(removed_audio_path(dataset)).read_bytes()
    relabel_dataset(dataset, {"tones": make_spec()}, emotion_scheme())
    assert Path(removed_audio_path(dataset)).read_bytes() == before
    assert sorted(read_removed_audio(dataset)) == DISPUTED


def test_what_no_pair_names_any_more_is_not_kept(dataset: str) -> None:
    assert choose_removed_audio(dataset, read_pairs(dataset).pairs, []).sounds.keys() == set(
        DISPUTED
    )
    others = [pair(clip("tones/a"), clip("tones/b"))]
    assert choose_removed_audio(dataset, others, ["tones/a", "tones/b"]).sounds == {}
    assert choose_removed_audio(dataset, [], []).wanted == frozenset()


def test_what_was_withdrawn_is_not_kept(
    dataset: str, make_spec: MakeSpec, tmp_path: Path, make_corpus: MakeCorpus
) -> None:
    root = make_corpus()
    (root / "wav" / "s00_hap_0.wav").unlink()
    (root / "wav" / "s00_ang_0.wav").unlink()
    build(make_spec(), root, tmp_path / "dataset")
    assert read_pairs(dataset).pairs == ()
    assert read_removed_audio(dataset) == {}


def test_they_are_written_before_their_shard_is_without_them(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    root = make_corpus()
    (root / "wav" / "s00_hap_0.wav").write_bytes((root / "wav" / "s00_ang_0.wav").read_bytes())
    monkeypatch.setattr("pipeline.shards.deduplication.rewrite_shard", stop)
    with pytest.raises(RuntimeError, match="killed"):
        build(make_spec(), root, tmp_path / "dataset")
    assert sorted(read_removed_audio(str(tmp_path / "dataset"))) == DISPUTED


def test_they_are_those_of_a_page_with_all_corpora_and_of_one_without_the_silent(
    tmp_path: Path,
) -> None:
    def many(corpus: str, number: int) -> list[Pair]:
        names = [f"{corpus}/{place:02}" for place in range(number)]
        return [pair(clip(f"{one}x"), clip(f"{one}y", emotion="fear")) for one in names]

    silent, open_ones = many("a", 40), many("b", 25)
    gone = pair(clip("b/gone"), clip("b/gone2"))
    ids = {side.id for one in [*silent, *open_ones] for side in (one.one, one.other)}
    pairs = [gone, *silent, *open_ones]
    wanted = choose_removed_audio(str(tmp_path), pairs, ids, {"a"}).wanted
    for page in ([*silent, *open_ones], open_ones):
        shown = choose_pairs(page, ids)
        assert {side.id for one in shown for side in (one.one, one.other)} <= wanted
    assert wanted <= ids


def test_a_damaged_file_silences_them_and_nothing_else(dataset: str) -> None:
    Path(removed_audio_path(dataset)).write_bytes(b"x")
    assert read_removed_audio(dataset) == {}
    pq.write_table(pa.table({"id": [["another"]]}), removed_audio_path(dataset))
    assert read_removed_audio(dataset) == {}
    write_report(dataset)
