"""What a pass through files tells as it goes on; the transforms themselves run in every build."""

from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.beam import transforms
from pipeline.beam.transforms import write_in_one_pass
from pipeline.monitoring import ProgressWriter, read_progress
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.utterance import Utterance
from pipeline.shards import writer
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

Pass = tuple[BuildConfig, dict[str, list[Utterance]]]


@pytest.fixture
def three_shards(tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus) -> Pass:
    """Clips in three shards, one of them a copy of another."""
    spec, root = make_spec(), str(make_corpus())
    found = index_corpus(spec, root, emotion_scheme()).utterances
    shards = {f"tones/train-{n:05d}-of-00003": found[n::3] for n in range(3)}
    last = found[-1]
    shards["tones/train-00002-of-00003"].append(last._replace(source_path=f"b/{last.source_path}"))
    folder = tmp_path / "progress"
    folder.mkdir()
    corpora = {"tones": Corpus(spec, root)}
    output, progress = str(tmp_path / "dataset"), ProgressWriter(str(folder))
    build = BuildConfig(corpora, emotion_scheme(), output, AudioOptions(), progress=progress)
    progress.found("tones", sum(map(len, shards.values())))
    return build, shards


def test_progress_never_goes_back_while_shards_of_one_pass_are_written(three_shards: Pass) -> None:
    build, shards = three_shards
    told = []
    for _ in write_in_one_pass(shards, build):
        build.progress.waiting("")  # writes the counts down
        told.append(read_progress(str(build.progress.folder)))
    assert [(counts.finished, counts.found) for counts in told] == [(24, 25)] * 3
    counts = read_progress(str(build.progress.folder))
    assert (counts.done, counts.reused, counts.found) == (24, 0, 24)
    assert [written.reused for written in write_in_one_pass(shards, build)] == [8, 8, 8]
    assert read_progress(str(build.progress.folder)).reused == 24


def test_no_clip_is_blamed_while_shards_are_written(
    three_shards: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, shards = three_shards
    noted: list[str] = []
    while_writing: list[str] = []
    write_parquet = writer.write_parquet

    def write(*what: object) -> object:
        while_writing.append(noted[-1])
        return write_parquet(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(transforms, "set_current_clip", noted.append)
    monkeypatch.setattr(writer, "write_parquet", write)
    assert len(list(write_in_one_pass(shards, build))) == 3
    assert while_writing == [""] * 3
    assert sum(map(bool, noted)) == 24
