import pytest

from pipeline.planning.shard_names import MAX_GROUP_KEYS, shard_group_key, shard_name
from pipeline.schema.utterance import Utterance, excluded


def clip(number: int, **fields: object) -> Utterance:
    name = f"tones/{number}"
    return Utterance(name, "tones", name, f"{number}.wav", 1, "")._replace(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("shards", [1, 499, 500, 501, 10_007])
def test_shards_gather_under_few_names_and_each_under_one(shards: int) -> None:
    sizes = {"train": shards}
    clips = [clip(number, split="train") for number in range(3_000)]
    placed = [one._replace(shard=shard_name(one, sizes)) for one in clips]
    points: dict[str | None, set[str]] = {}
    for utterance in placed:
        points.setdefault(utterance.shard, set()).add(shard_group_key(utterance, sizes))
    assert all(len(found) == 1 for found in points.values())
    assert len(set.union(*points.values())) <= min(shards, MAX_GROUP_KEYS)
    assert len(points) > min(shards, 1_000) * 0.9


def test_copies_share_a_shard() -> None:
    copy = clip(1, split="train")._replace(id="tones/again", source_path="again/1.wav")
    assert shard_name(copy, {"train": 99}) == shard_name(clip(1, split="train"), {"train": 99})


def test_what_is_not_written_has_a_shard_of_its_own() -> None:
    dropped = clip(1, split="train", dropped=excluded("labels", "other"))
    assert shard_name(dropped, {"train": 9}) == "tones/unwritten-00000-of-00001"
