from pathlib import Path

from pipeline.audio.options import AudioOptions
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.index_corpus import count_by_split, index_corpus
from pipeline.planning.steps import (
    assign_shards,
    count_batch,
    first_elements,
    index_batch,
    list_clips,
    plan_batches,
)
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec


def test_steps_in_batches_give_what_the_whole_corpus_gives(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec, root = make_spec(), str(make_corpus(speakers=5))
    build = BuildConfig(
        {"tones": Corpus(spec, root)}, emotion_scheme(), str(tmp_path), AudioOptions()
    )
    (batch,) = [index_batch(clips, build) for clips in list_clips("tones", build)]
    ((key, plan),) = plan_batches(("tones", [count_batch(batch)[1]]), build)
    assert key == ("tones", 0)
    placed = [u for _, part in assign_shards(batch, plan, build) for u in part.utterances]
    whole = index_corpus(spec, root, emotion_scheme()).utterances
    assert {u.id: u.split for u in placed} == {u.id: u.split for u in whole}
    assert count_by_split(placed) == count_by_split(whole)
    assert all(u.shard and u.shard.startswith(f"tones/{u.split}-") for u in placed)


def test_blanks_fill_the_partitions(make_spec: MakeSpec) -> None:
    build = BuildConfig(
        {"tones": Corpus(make_spec(), "")}, emotion_scheme(), "", AudioOptions(), partitions=3
    )
    assert first_elements(build) == ["tones", None, None]
    assert list(list_clips(None, build)) == []
