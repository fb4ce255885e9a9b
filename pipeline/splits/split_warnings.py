"""Warnings about splits on which scores mean little: missing classes, too few speakers."""

from collections.abc import Iterator, Mapping

from pipeline.common.count import count

_FEW_SPEAKERS = 2


def warn_of_splits(
    classes: Mapping[str, Mapping[str, int]], speakers: Mapping[str, int]
) -> Iterator[str]:
    """Warnings about the splits of a corpus, in words.

    Args:
        classes: Split → class → clips, of every split, those without clips included.
        speakers: Split → known speakers.
    """
    there = {name for counts in classes.values() for name, clips in counts.items() if clips}
    for split, counts in classes.items():
        if not any(counts.values()):
            yield f"no clip is in {split}"
        elif missing := sorted(name for name in there if not counts.get(name)):
            yield f"{split} has no clip of {', '.join(missing)}"
    if any(classes.get("test", {}).values()) and not speakers.get("test"):
        yield "no speaker in test is known: the same people may speak in train"
    if 0 < speakers.get("test", 0) <= _FEW_SPEAKERS:
        yield f"only {count(speakers['test'], 'speaker')} in test: scores tell little of others"
