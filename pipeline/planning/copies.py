"""Copies: an utterance that is found more than once is kept once."""

from collections.abc import Iterable

from pipeline.schema.utterance import Utterance, excluded


def drop_copies(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Sorts utterances by id and excludes all but the preferred one of every set of copies.

    Copies share a path (an archive unpacked twice) or whatever the spec calls the same utterance
    (the WAV and the MP3 of one take); of those that can be used the glob named first wins, then the
    shortest path.
    """
    kept: dict[str, Utterance] = {}
    result = []
    by_preference = sorted(
        utterances,
        key=lambda u: (
            u.dedup_key,
            u.dropped is not None,
            u.glob_rank,
            len(u.source_path),
            u.source_path,
        ),
    )
    for utterance in by_preference:
        first = kept.setdefault(utterance.dedup_key, utterance)
        if first is not utterance and utterance.dropped is None:
            dropped = excluded("index", "copy", f"the same utterance as {first.source_path}")
            utterance = utterance._replace(dropped=dropped)
        result.append(utterance)
    return sorted(result, key=lambda u: (u.id, u.source_path))
