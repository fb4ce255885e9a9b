from pipeline.dataset.duplicates.belonging import near_recordings
from pipeline.dataset.duplicates.near import audio_checksum
from pipeline.dataset.duplicates.pair_table import PairTable
from tests.support.pairs import clip, pair, rows_of

ONE, OTHER, THIRD = (clip(f"c/{name}") for name in "abd")


def test_recordings_are_told_by_sounds_where_the_corpus_was_searched_as_it_is() -> None:
    rows = rows_of(ONE, OTHER, THIRD)
    pairs = [pair(ONE, OTHER), pair(OTHER, THIRD, "equal")]
    searched = PairTable(pairs, {"c": audio_checksum(rows)})
    assert near_recordings(searched, "c", rows) == {"audio of c/a": 0, "audio of c/b": 0}
    assert near_recordings(searched, "c", rows_of(ONE, OTHER)) is None
    assert near_recordings(searched, "other", rows) is None
    assert near_recordings(PairTable(pairs), "c", rows) is None
