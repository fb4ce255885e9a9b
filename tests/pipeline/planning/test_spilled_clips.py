import errno
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.common.errors import DataError
from pipeline.index.indexer import FoundClip
from pipeline.planning import spilled_clips
from pipeline.planning.spilled_clips import spill_clips
from pipeline.sources.listing import SourceFile

CLIPS: list[FoundClip] = [
    (SourceFile(f"a/{n}.wav", n, "1", record={"emotion": "ang"} if n % 2 else None), 0, f"{n}.wav")
    for n in range(2_500)
]


@pytest.mark.parametrize("in_memory", [1, 8 << 20])
def test_clips_come_back_in_their_order(monkeypatch: pytest.MonkeyPatch, in_memory: int) -> None:
    monkeypatch.setattr(spilled_clips, "IN_MEMORY", in_memory)
    taken: list[FoundClip] = []

    def clips() -> Iterator[FoundClip]:
        for clip in CLIPS:
            taken.append(clip)
            yield clip

    spilled = spill_clips(clips())
    assert taken == CLIPS  # before the first is given
    assert list(spilled) == CLIPS


def test_none_are_none() -> None:
    assert list(spill_clips([])) == []


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(tempfile.SpooledTemporaryFile[bytes]):
        def write(self, *content: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    with pytest.raises(DataError, match="No space left on device; the list of a corpus's clips"):
        spill_clips(CLIPS)
