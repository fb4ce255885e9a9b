"""Copies: an utterance that is found more than once is kept once."""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import PurePosixPath

from pipeline.schema.utterance import DropReason, Utterance, excluded, rejected
from pipeline.sources.blocks import holder_of


def drop_copies(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Sorts utterances by id and excludes all but the preferred one of every set of copies.

    Copies share a path (an archive unpacked twice) or whatever the spec calls the same utterance
    (the WAV and the MP3 of one take); of those that can be used the glob named first wins, then the
    shortest path. Copies differ in nothing but their container: where they contradict each other,
    none of them is kept.
    """
    single: dict[str, Utterance] = {}
    copies: dict[str, list[Utterance]] = {}  # no list for each of those that have none
    for utterance in utterances:
        first = single.setdefault(utterance.dedup_key, utterance)
        if first is not utterance:
            copies.setdefault(utterance.dedup_key, [first]).append(utterance)
    for key, found in copies.items():
        del single[key]
        found[:] = _drop_all_but_one(sorted(found, key=_preference))
    result = chain(single.values(), *copies.values())
    return sorted(result, key=lambda u: (u.id, u.source_path))


def plan_shard(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Utterances of one shard as they are written: without copies, by id.

    Those that lie in blocks come in the order in which the blocks hold them.
    """
    planned = drop_copies(utterances)
    if any(utterance.block for utterance in planned):
        planned.sort(key=lambda u: (holder_of(u.block), u.row))
    return planned


def _preference(utterance: Utterance) -> tuple[bool, int, int, str]:
    path = utterance.source_path
    return utterance.dropped is not None, utterance.glob_rank, len(path), path


def _drop_all_but_one(copies: Sequence[Utterance]) -> list[Utterance]:
    """Copies of one utterance, the preferred one first, with why they are dropped."""
    first = copies[0]
    reason = _contradiction([one for one in copies if one.dropped is None])
    copied = excluded("index", "copy", f"the same utterance as {first.source_path}")
    kept = [] if reason else [first]
    return kept + [
        one if one.dropped else one._replace(dropped=reason or copied)
        for one in copies[len(kept) :]
    ]


def _contradiction(copies: Sequence[Utterance]) -> DropReason | None:
    """Why copies can't be copies; None where they can.

    Label and speaker must be the same, and so must the sizes of files of one kind that one glob
    found.
    """
    for what, field in (("label", "label_native"), ("speaker", "speaker")):
        values = {getattr(one, field): one.source_path for one in copies if getattr(one, field)}
        if len(values) > 1:
            found = " and ".join(f"{value!r} by {path}" for value, path in sorted(values.items()))
            return rejected("index", "copies_disagree", f"{what} is {found}")
    holders = {holder_of(one.block): one.source_path for one in copies if one.block}
    if len(holders) > 1 and all(one.id == one.dedup_key for one in copies):
        return rejected(
            "index",
            "copies_disagree",
            f"{' and '.join(holders.values())} count as one utterance, and nothing says that they "
            "are; name the files' names in `audio`, or say `same_utterance`",
        )
    sizes: dict[tuple[int, str], dict[int, str]] = {}
    for one in copies:
        if one.block:  # whose size is not its own
            continue
        kind = (one.glob_rank, PurePosixPath(one.source_path).suffix.lower())
        sizes.setdefault(kind, {})[one.source_size] = one.source_path
    for by_size in sizes.values():
        if len(by_size) > 1:
            found = " and ".join(f"{path} of {size:,} bytes" for size, path in by_size.items())
            return rejected(
                "index",
                "copies_disagree",
                f"{found} count as one utterance, but are two; name more folders in `audio`, or "
                "more fields in `same_utterance`",
            )
    return None
