"""Check, dry run and build take the same steps: what one finds, the others find."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.audio.options import AudioOptions
from pipeline.checks.build_preview import preview_build
from pipeline.checks.corpus_check import check_corpus
from pipeline.common.errors import DataError
from pipeline.dataset.rejects import read_rejects
from pipeline.planning import steps
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.index_corpus import index_corpus
from pipeline.running.build import build_dataset
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec, write_tone

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"

TABLES = "{facts: {file: facts.csv, match: {clip: '{stem}'}, take: [age], unmatched: keep}}"


def spoil(root: Path, copies: int = 0) -> None:
    """Files as they lie in a clone that was not fetched, copies, and a table of more than clips."""
    (root / "wav" / "s00_ang_0.wav").write_bytes(POINTER)
    (root / "wav" / "s00_ang_1.wav").write_bytes(b"")
    (root / "wav" / "s01_neu_0.wav").unlink()
    (root / "wav" / "s01_neu_0.wav").symlink_to("nowhere")
    write_tone(root / "wav" / "s03_oth_0.wav")
    write_tone(root / "wav" / "stray.wav")
    (root / "facts.csv").write_text("clip,age\ns00_ang_0,30\ns77_ang_0,40\n")
    for speaker in range(copies):
        for file in root.glob(f"wav/s0{speaker + 1}_hap*.wav"):
            write_tone(root / "again" / "wav" / file.name)


@pytest.mark.parametrize("copies", [0, 1, 2])
def test_what_check_and_dry_run_announce_is_what_a_build_does(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, copies: int
) -> None:
    spec, root, output = make_spec(tables=TABLES), make_corpus(speakers=9), tmp_path / "out"
    spoil(root, copies)
    build = BuildConfig(
        {"tones": Corpus(spec, str(root))}, emotion_scheme(), str(output), AudioOptions()
    )
    indexed = index_corpus(spec, str(root), emotion_scheme())
    checked = check_corpus(spec, indexed)
    (announced,) = preview_build(build).corpora
    built = build_dataset(build).corpora["tones"]
    tables = [pq.read_table(file) for file in output.rglob("tones/*.parquet")]
    rows = [row for table in tables for row in table.select(["id", "split"]).to_pylist()]
    assert {row["id"]: row["split"] for row in rows} == {
        u.id: u.split for u in indexed.utterances if not u.dropped
    }
    rejects = [(row.id, row.source_path, row.reason) for row in read_rejects(str(output))]
    assert Counter(rejects) == Counter(
        (u.id, u.source_path, u.dropped.reason) for u in indexed.utterances if u.dropped
    )
    assert checked.rejected == announced.rejected == built.rejected
    assert built.rejected == {
        "empty": 1, "git_lfs_pointer": 1, "unreadable": 1, "unrecognised_name": 1
    }  # fmt: skip
    assert checked.excluded == announced.excluded == built.excluded
    assert checked.found == announced.found == built.found
    assert checked.usable == announced.to_write == announced.decoded.utterances == built.written
    splits = {split: counts.utterances for split, counts in built.splits.items()}
    assert {split: one.utterances for split, one in announced.splits.items()} == splits
    assert checked.splits == {split: number for split, number in splits.items() if number}
    assert checked.missing["facts"].first == ["s77_ang_0"]


def test_a_second_dry_run_tells_what_lies_there_and_what_was_fetched_since(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    spec, root = make_spec(tables=TABLES), make_corpus(speakers=9)
    spoil(root)
    build = BuildConfig(
        {"tones": Corpus(spec, str(root))}, emotion_scheme(), str(tmp_path / "out"), AudioOptions()
    )
    built = build_dataset(build).corpora["tones"]
    (again,) = preview_build(build).corpora
    assert (again.rejected, again.to_write) == (built.rejected, built.written)
    write_tone(root / "wav" / "s00_ang_1.wav")
    (fetched,) = preview_build(build).corpora
    assert "empty" not in fetched.rejected
    assert fetched.to_write == built.written + 1


def test_rows_without_a_clip_are_found_anew_each_time(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec, root = make_spec(tables=TABLES), make_corpus()
    (root / "facts.csv").write_text("clip,age\ns00_ang_0,30\ns01_ang_0,40\n")
    assert index_corpus(spec, str(root), emotion_scheme()).missing == {}
    (root / "wav" / "s01_ang_0.wav").unlink()
    assert index_corpus(spec, str(root), emotion_scheme()).missing == {"facts": ["s01_ang_0"]}


def test_a_corpus_without_clips_is_no_error_and_needs_no_table(
    make_spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    indexed = index_corpus(make_spec(tables=TABLES), str(tmp_path / "empty"), emotion_scheme())
    assert (indexed.utterances, indexed.missing) == ([], {})


def test_a_damaged_archive_is_told_before_the_table_that_it_may_hold(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "download.zip").write_bytes(b"PK\x03\x04 and no more")
    (root / "more.zip").mkdir()
    write_tone(root / "more.zip" / "wav" / "s00_ang_0.wav")
    spec = make_spec(archive="'*.zip'", tables=TABLES)
    monkeypatch.setattr(steps, "load_tables", pytest.fail)
    with pytest.raises(DataError, match=r"download\.zip: a zip archive that is damaged"):
        index_corpus(spec, str(root), emotion_scheme())
