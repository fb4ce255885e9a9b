"""Whole builds of tiny corpora: accounts, determinism, restart, duplicates."""

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.monitoring import BuildProgress
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import CheckedBuild, build_dataset, run_build
from pipeline.running.driver_process import DriverProcess
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.storage import files as storage
from tests.conftest import MakeCorpus, MakeSpec, write_tone
from tests.support.files import files_of

Run = Callable[..., Manifest]


@pytest.fixture
def build(tmp_path: Path) -> Run:
    def run(
        *corpora: tuple[CorpusSpec, Path],
        output: str = "dataset",
        audio: AudioOptions = AudioOptions(),  # noqa: B008 (frozen)
        **how: object,
    ) -> Manifest:
        by_id = {spec.id: Corpus(spec, str(root)) for spec, root in corpora}
        what = BuildConfig(by_id, emotion_scheme(), str(tmp_path / output), audio)
        return build_dataset(what, **how)  # type: ignore[arg-type]

    return run


def rows(folder: Path) -> pd.DataFrame:
    return pd.concat(pd.read_parquet(file) for file in sorted(folder.glob("data/*/*.parquet")))


def test_every_clip_is_written_excluded_or_rejected(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    write_tone(root / "wav" / "s00_oth_0.wav")
    write_tone(root / "wav" / "s00_xyz_0.wav")
    write_tone(root / "wav" / "stray.wav")
    write_tone(root / "again" / "wav" / "s00_ang_0.wav")
    (root / "wav" / "s00_ang_7.wav").write_bytes(b"")
    (root / "wav" / "s00_ang_8.wav").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    manifest = build((make_spec(), root))
    corpus = manifest.corpora["tones"]
    assert corpus.adds_up
    assert (corpus.found, corpus.written) == (30, 24)
    assert corpus.excluded == {"copy": 1, "other": 1}
    assert corpus.rejected == {
        "empty": 1, "git_lfs_pointer": 1, "unknown_label": 1, "unrecognised_name": 1
    }  # fmt: skip
    rejects = pd.read_parquet(tmp_path / "dataset" / "rejects.parquet")
    assert len(rejects) == 6
    assert rejects["detail"].str.len().min() > 0
    assert set(rejects["stage"]) == {"index", "labels", "audio"}


def test_speakers_never_cross_splits(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    manifest = build((make_spec(), make_corpus(speakers=7)))
    assert manifest.corpora["tones"].speakers_in_two_splits == 0
    written = rows(tmp_path / "dataset")
    assert written.groupby("speaker")["split"].nunique().max() == 1
    assert set(written["split"]) == {"train", "validation", "test"}


def test_builds_are_byte_identical_whatever_the_workers(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpora = [(make_spec(name), make_corpus(name)) for name in ("tones", "bells")]
    build(*corpora, output="alone")
    build(*corpora, output="together", jobs=2)
    alone = files_of(tmp_path / "alone")
    assert alone == files_of(tmp_path / "together")
    assert len([name for name in alone if name.endswith(".parquet")]) == 7


def test_place_and_time_of_the_corpus_do_not_matter(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    build((make_spec(), root), output="here")
    elsewhere = tmp_path / "elsewhere" / "archive v1"
    shutil.copytree(root, elsewhere)
    build((make_spec(), elsewhere.parent), output="there")
    here, there = rows(tmp_path / "here"), rows(tmp_path / "there")
    same = [column for column in here.columns if column != "source_path"]
    pd.testing.assert_frame_equal(here[same], there[same])


def test_second_build_reuses_every_shard(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_spec(), make_corpus()
    build(corpus)
    before = {f: f.stat().st_mtime_ns for f in (tmp_path / "dataset" / "data").rglob("*.parquet")}
    seen: list[BuildProgress] = []
    build(corpus, on_progress=seen.append)
    assert seen[-1].reused == 24
    assert seen[-1].done == 0
    assert before == {f: f.stat().st_mtime_ns for f in before}


def test_only_the_shard_of_a_changed_file_is_made_anew(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    spec, root = make_spec(), make_corpus()
    build((spec, root))
    before = files_of(tmp_path / "dataset" / "data")
    write_tone(root / "wav" / "s00_ang_0.wav", hertz=900, seconds=0.5)
    seen: list[BuildProgress] = []
    build((spec, root), on_progress=seen.append)
    split = rows(tmp_path / "dataset").set_index("id").loc["tones/wav/s00_ang_0", "split"]
    in_shard = (rows(tmp_path / "dataset")["split"] == split).sum()
    assert (seen[-1].done, seen[-1].reused) == (in_shard, 24 - in_shard)
    after = files_of(tmp_path / "dataset" / "data")
    assert sum(before[name] != after[name] for name in before) == 1
    build((spec, root), output="fresh")
    assert after == files_of(tmp_path / "fresh" / "data")


def test_interrupted_build_ends_like_an_uninterrupted_one(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_spec(), make_corpus()
    build(corpus, output="whole")
    build(corpus, output="broken")
    broken = tmp_path / "broken"
    (broken / "manifest.json").unlink()
    (broken / "data/tones/train-00000-of-00001.parquet").unlink()
    (broken / f"data/tones/.test-00000-of-00001.parquet.{'0a' * 16}").write_bytes(b"PAR1")
    (broken / ".build/tones/test-00000-of-00001.json").write_text('{"shard"')
    build(corpus, output="broken")
    assert files_of(tmp_path / "whole") == files_of(broken)


def test_build_stopped_at_any_write_is_resumed_without_a_trace(
    build: Run,
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corpus = make_spec(), make_corpus()
    write_tone(corpus[1] / "wav" / "stray.wav")
    build(corpus, output="whole")
    write, new_file, left = storage.write_atomic, storage.new_file, 0

    def survive(path: str, content: bytes | memoryview) -> None:
        nonlocal left
        left -= 1
        if left == 0:  # as kill -9 would leave it: half of a file aside, none of the code after it
            aside = Path(path).with_name(f".{Path(path).name}.{uuid.uuid4().hex}")
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content[: len(content) // 2])
            raise RuntimeError("killed")

    def write_or_die(path: str, content: bytes | memoryview) -> None:
        survive(path, content)
        write(path, content)

    @contextlib.contextmanager
    def open_or_die(path: str) -> Iterator[BinaryIO]:
        survive(path, b"PAR1 and half of a shard")
        with new_file(path) as file:
            yield file

    monkeypatch.setattr(storage, "write_atomic", write_or_die)
    monkeypatch.setattr(storage, "new_file", open_or_die)
    for stops in itertools.count(1):
        left = stops
        try:
            build(corpus, output="broken")
        except RuntimeError:
            continue
        break
    assert stops > 5
    assert files_of(tmp_path / "whole") == files_of(tmp_path / "broken")


@pytest.mark.slow
def test_killed_build_is_resumed_without_a_trace(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    roots = [make_corpus(name, speakers=12, takes=40) for name in ("tones", "bells")]
    for root in roots:
        make_spec(root.name)

    def start(output: str) -> "subprocess.Popen[bytes]":
        specs = [str(tmp_path / f"{root.name}.yaml") for root in roots]
        where = [f"{root.name}={root}" for root in roots]
        command = [sys.executable, "-m", "exhubert", "build", "--spec", *specs, "--root", *where]
        command += ["--output", str(tmp_path / output), "--jobs", "2", "--json", "--allow-partial"]
        return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)

    assert start("whole").wait() == 0
    whole = files_of(tmp_path / "whole")
    draw, killed = random.Random(7), 0
    for _ in range(6):
        process = start("broken")
        shards = draw.randrange(6)
        while process.poll() is None and len(list(tmp_path.glob("broken/data/*/*"))) < shards:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.5))
        killed += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert killed
    assert start("broken").wait() == 0
    broken = files_of(tmp_path / "broken")
    of_runs = {name for name in whole | broken if name == "report.html" or name.startswith("log/")}
    assert {n: c for n, c in broken.items() if n not in of_runs} == {
        n: c for n, c in whole.items() if n not in of_runs
    }


def test_two_builds_into_one_folder_lose_nothing(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    def start(corpus: str) -> "subprocess.Popen[str]":
        make_spec(corpus)
        command = [sys.executable, "-m", "exhubert", "build", "--jobs", "1", "--json"]
        command += ["--spec", str(tmp_path / f"{corpus}.yaml"), "--output", str(tmp_path / "both")]
        command += ["--root", f"{corpus}={make_corpus(corpus)}"]
        return subprocess.Popen(
            command, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    builds = [start(corpus) for corpus in ("tones", "bells")]
    told = [build.communicate()[1] for build in builds]
    statuses = [build.returncode for build in builds]
    assert 0 in statuses
    manifest = require_manifest(str(tmp_path / "both"))
    assert sorted(manifest.corpora) == [
        corpus for corpus, status in (("bells", statuses[1]), ("tones", statuses[0])) if not status
    ]
    for status, message in zip(statuses, told, strict=True):
        if status:
            assert status == 1
            assert "exhubert build (process" in message
            assert "is writing to it" in message


def test_only_an_added_corpus_is_made(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    tones, bells = ((make_spec(name), make_corpus(name)) for name in ("tones", "bells"))
    build(tones)
    before = {f: f.stat().st_mtime_ns for f in (tmp_path / "dataset" / "data").rglob("*.parquet")}
    seen: list[BuildProgress] = []
    build(tones, bells, on_progress=seen.append)
    assert seen[-1].corpora["tones"] == BuildProgress(found=24, reused=24)
    assert seen[-1].corpora["bells"].done == 24
    assert before == {f: f.stat().st_mtime_ns for f in before}


def test_equal_audio_never_stands_in_two_splits(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus(speakers=6)
    for speaker in range(6):
        write_tone(root / "wav" / f"s{speaker:02d}_ang_9.wav", hertz=1_000)
    manifest = build((make_spec(), root))
    written = rows(tmp_path / "dataset")
    assert written.groupby("audio_xxh3")["split"].nunique().max() == 1
    dropped = manifest.corpora["tones"].excluded["duplicate_across_splits"]
    assert dropped == 6 - (written["split"] == "test").groupby(written["audio_xxh3"]).sum().max()
    assert manifest.corpora["tones"].adds_up
    first = files_of(tmp_path / "dataset")
    build((make_spec(), root))
    assert first == files_of(tmp_path / "dataset")


def test_twins_of_a_corpus_built_later_leave_the_training_split(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus("tones")
    shutil.copytree(root, root.with_name("copies"))
    build((make_spec("tones"), root))
    manifest = build((make_spec("copies"), root.with_name("copies")))
    assert set(manifest.corpora) == {"tones", "copies"}
    assert all(corpus.adds_up for corpus in manifest.corpora.values())
    written = rows(tmp_path / "dataset")
    assert written.groupby("audio_xxh3")["split"].nunique().max() == 1
    assert len(written) == manifest.written


def test_shards_that_no_longer_exist_are_removed(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus(speakers=3)
    build((make_spec(), root))
    for file in root.rglob("s0[12]*.wav"):
        file.unlink()
    manifest = build((make_spec(), root))
    assert [shard.path for shard in manifest.corpora["tones"].shards] == [
        "data/tones/train-00000-of-00001.parquet"
    ]
    assert len(list((tmp_path / "dataset" / "data").rglob("*.parquet"))) == 1


def test_corpus_whose_build_never_ended_is_no_part_of_the_next(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    tones, bells = ((make_spec(name), make_corpus(name)) for name in ("tones", "bells"))
    build(tones)
    (tmp_path / "dataset" / "manifest.json").unlink()
    mark_unfinished(str(tmp_path / "dataset"))
    assert set(build(bells).corpora) == {"bells"}
    build(bells, output="alone")
    assert files_of(tmp_path / "dataset") == files_of(tmp_path / "alone")


def test_file_that_is_no_manifest_is_named(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "manifest.json").write_text('{"corpora": 7}')
    with pytest.raises(DataError, match=r"manifest\.json: not a manifest"):
        build((make_spec(), make_corpus()))


def test_clips_stored_otherwise_are_not_mixed(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    build((make_spec("tones"), make_corpus("tones")))
    with pytest.raises(UsageError, match="holds tones as flac"):
        build((make_spec("bells"), make_corpus("bells")), audio=AudioOptions(codec="wav"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_missing_table_stops_the_build_with_its_own_message(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, jobs: int
) -> None:
    spec = make_spec(tables="{t: {file: facts.csv, match: {n: '{stem}'}, take: {text: said}}}")
    with pytest.raises(DataError, match=r"^corpus tones, table 't': no file matches 'facts\.csv'"):
        build((spec, make_corpus()), jobs=jobs)


def test_manifest_says_what_lies_in_the_folder(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    manifest = build((make_spec(), make_corpus()))
    stored = json.loads((tmp_path / "dataset" / "manifest.json").read_text())
    assert stored["corpora"]["tones"]["emotions"] == {"anger": 8, "happiness": 8, "neutral": 8}
    assert manifest.corpora["tones"].labels["high_negative"] == 8
    assert manifest.hours == pytest.approx(24 * 0.3 / 3600, rel=1e-3)
    assert str(tmp_path) not in (tmp_path / "dataset" / "manifest.json").read_text()


def test_split_of_copies_only_gets_no_shard(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus("tones")
    shutil.copytree(root, root.with_name("copies"))
    tested = make_spec("tones", splits="{by: official, of: speaker, 's0.': test}")
    trained = make_spec("copies", splits="{by: official, of: speaker, 's0.': train, s9: test}")
    manifest = build((tested, root), (trained, root.with_name("copies")))
    assert manifest.corpora["copies"].excluded == {"duplicate_across_splits": 24}
    shards = list((tmp_path / "dataset").glob("data/*/*.parquet"))
    assert [shard.name for shard in shards] == ["test-00000-of-00001.parquet"]
    before = files_of(tmp_path / "dataset")
    build((tested, root), (trained, root.with_name("copies")))
    assert files_of(tmp_path / "dataset") == before


def test_corpus_of_rejects_only_gets_no_shard(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    for file in root.rglob("*.wav"):
        file.write_bytes(b"")
    assert build((make_spec(), root)).corpora["tones"].rejected == {"empty": 24}
    assert not list((tmp_path / "dataset").glob("data/*/*"))


def test_what_was_counted_is_logged_unless_someone_listens(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, caplog: pytest.LogCaptureFixture
) -> None:
    corpus = make_spec(), make_corpus()
    with caplog.at_level("INFO", "pipeline.running.build"):
        build(corpus)
        build(corpus, on_message=lambda line: None)
    told = [record.getMessage() for record in caplog.records if "counters" in record.getMessage()]
    assert len(told) == 1
    assert "clips_written 24" in told[0]


def test_batches_of_one_process_lie_where_the_next_build_finds_them(
    build: Run, make_spec: MakeSpec, make_corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_corpus().parent / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    owned = set()

    def look(progress: BuildProgress) -> None:
        owned.update(path.name for path in place.glob("exhubert-*/process.json"))

    build((make_spec(), make_corpus()), on_progress=look)
    assert owned == {"process.json"}
    assert not list(place.glob("exhubert-*"))


@pytest.mark.parametrize(
    ("runner", "by_the_last_step"), [("PrismRunner", False), ("FlinkRunner", True)]
)
def test_the_last_step_writes_the_report_only_where_it_may_outlive_us(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    runner: str,
    by_the_last_step: bool,
) -> None:
    corpora = {"tones": Corpus(make_spec(), str(make_corpus()))}
    what = BuildConfig(corpora, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions())
    told: list[BuildConfig] = []

    def run(driver: DriverProcess, config: BuildConfig, *_: object) -> str:
        told.append(config)
        raise DataError("enough")

    with patch.object(DriverProcess, "run", run), pytest.raises(DataError, match="enough"):
        run_build(CheckedBuild(what, None, runner))
    assert [config.report for config in told] == [by_the_last_step]


def test_recordings_whose_segments_belong_to_two_splits_are_built_in_one_pass(
    build: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    root = tmp_path / "calls"
    root.mkdir()
    lines = ["recording,start,end,emotion,part"]
    for number in range(3):
        noise = np.random.default_rng(number).normal(scale=0.1, size=6 * 16_000)
        soundfile.write(root / f"s0{number}.wav", noise, 16_000)
        for turn in range(12):
            part = "te" if turn % 4 == 0 else "tr"
            lines.append(
                f"s0{number},{turn / 2},{turn / 2 + 0.5},{'ang' if turn % 2 else 'neu'},{part}"
            )
    (root / "turns.csv").write_text("\n".join(lines))
    spec = make_spec(
        utterances=36,
        audio="'*.wav'",
        path=r"'(?P<speaker>s\d+)'",
        tables="{turns: {file: turns.csv, match: {recording: '{stem}'}, segments: true, "
        "take: [start, end, emotion, part]}}",
        splits="{by: official, of: part, tr: train, te: test}",
    )
    manifest = build((spec, root))
    assert manifest.corpora["tones"].written == 36
    written = rows(tmp_path / "dataset")
    assert written.groupby("split").size().to_dict() == {"test": 9, "train": 27}
    assert written.groupby("source_path")["source_xxh3"].nunique().max() == 1
    before = files_of(tmp_path / "dataset" / "data")
    assert len(before) == 2
    build((spec, root), output="again", jobs=2)
    assert files_of(tmp_path / "again" / "data") == before
