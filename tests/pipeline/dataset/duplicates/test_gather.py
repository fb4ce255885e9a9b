from pipeline.dataset.duplicates.gather import gather_pairs
from pipeline.dataset.duplicates.pair_table import PairTable
from pipeline.shards.receipts import RejectRow, ShardReceipt
from tests.support.pairs import clip, pair, rows_of


def receipt(*left: str, reason: str = "near_duplicate_across_splits") -> ShardReceipt:
    unwritten = [
        RejectRow(name, "c", "x.wav", "excluded", "splits", reason, "", None, None) for name in left
    ]
    return ShardReceipt("c/train-00000-of-00001", "", "", 0, 0, "", tuple(unwritten))


def test_equal_audio_pairs_the_first_clip_with_the_others() -> None:
    clips = [clip(name)._replace(audio_xxh3="same") for name in ("c/2", "c/1", "d/3")]
    found = gather_pairs(PairTable(), rows_of(*clips, clip("c/9")), [])
    assert [(one.one.id, one.other.id, one.kind) for one in found] == [
        ("c/1", "c/2", "equal"), ("c/1", "d/3", "equal"),
    ]  # fmt: skip


def test_earlier_pairs_stay_while_their_clips_are_known_and_the_same() -> None:
    stays, left, gone, other = clip("c/1"), clip("c/2"), clip("c/3"), clip("c/4")
    earlier = PairTable([pair(stays, one) for one in (left, gone, other)])
    now = rows_of(stays._replace(emotion="joy"), other._replace(audio_xxh3="made anew"))
    (kept,) = gather_pairs(earlier, now, [receipt("c/2"), receipt("c/3", reason="silent")])
    assert kept.other == left
    assert kept.one.emotion == "joy"
