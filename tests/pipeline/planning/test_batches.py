from pipeline.planning.batches import (
    LARGEST,
    SMALLEST,
    UtteranceBatch,
    group_by_shard,
    in_batches,
)
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile


def test_batches_hold_every_clip_once_and_grow() -> None:
    clips = [(SourceFile(f"{number}.wav", 1, ""), 0, f"{number}.wav") for number in range(100_000)]
    batches = list(in_batches("tones", clips, ()))
    assert [clip for batch in batches for clip in batch.clips] == clips
    sizes = [len(batch.clips) for batch in batches]
    assert sizes[0] == SMALLEST
    assert max(sizes) <= LARGEST
    assert sizes[:-1] == sorted(sizes[:-1])
    assert [batch.number for batch in batches] == list(range(len(batches)))


def test_shards_are_gathered_from_several_batches_in_order() -> None:
    a, b, c = (
        Utterance(f"tones/{name}", "tones", name, name, 1, "", shard=shard)
        for name, shard in (("a", "tones/train-1"), ("b", "tones/test-0"), ("c", "tones/train-1"))
    )
    batches = [UtteranceBatch("tones", 0, (a, b)), UtteranceBatch("tones", 1, (c,))]
    assert list(group_by_shard(batches).items()) == [
        ("tones/test-0", [b]),
        ("tones/train-1", [a, c]),
    ]
