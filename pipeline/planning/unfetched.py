"""Clips that are rejected before decoding: never fetched, empty, or links to nothing.

No clip is as short as a Git LFS pointer, so only files of that size are looked into.
"""

from collections.abc import Callable, Iterable, Iterator

from pipeline.common.git_lfs import POINTER_LIMIT
from pipeline.schema.utterance import Utterance, rejected

_MOST_READ = 100
"""Files that are looked into; where all of them are pointers, so are the others of their size."""


def reject_unfetched(
    utterances: Iterable[Utterance], read: Callable[[str], bytes]
) -> Iterator[Utterance]:
    """Utterances, those rejected whose file is empty, missing or a Git LFS pointer.

    Args:
        utterances: Indexed utterances of a corpus.
        read: Gives the content of a file by its path.
    """
    from pipeline.audio.decoder import refuse_no_audio  # brings libraries that others don't need
    from pipeline.audio.recording import AudioError

    looked_into = pointers = 0
    problem: AudioError | None = None
    for utterance in utterances:
        of_row = bool(utterance.block)  # whose size is not its own
        if utterance.dropped is not None or of_row or utterance.source_size >= POINTER_LIMIT:
            yield utterance
            continue
        if looked_into < _MOST_READ:
            looked_into += 1
            problem = None
            try:
                refuse_no_audio(read(utterance.source_path) if utterance.source_size else b"")
            except AudioError as error:
                problem, pointers = error, pointers + 1
            except FileNotFoundError as error:  # a link whose target is missing
                problem = AudioError("unreadable", f"can't be read: {error.strerror}")
            except OSError:  # as the build will say, if it is so then
                pass
        elif pointers < looked_into:
            problem = None
        yield (
            utterance._replace(dropped=rejected("audio", problem.reason, problem.detail))
            if problem
            else utterance
        )
