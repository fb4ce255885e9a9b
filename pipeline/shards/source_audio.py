"""Source audio: decodes the utterances of a shard from the files of their corpus.

Files are read in the order of the rows, and the parts of one recording in the order of their times:
a long one is passed through once, by ranges, and no other is read twice.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import BinaryIO, NamedTuple, cast

from xxhash import xxh3_128_hexdigest

from pipeline.audio.containers.flac import NEXT
from pipeline.audio.decoder import decode
from pipeline.audio.open_recording import OpenRecording
from pipeline.audio.recording import AudioError, Recording, Span
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile
from pipeline.sources.long_file import LONG, LongFile
from pipeline.sources.reader import open_long_file, open_planned_files, paths_of_own_files
from pipeline.specs.corpus_spec import CorpusSpec

Decode = Callable[[], Recording]
"""Decodes an utterance; raises ``AudioError`` or ``OSError`` where that can't be done."""


class SourceAudio:
    """Decodes the utterances of a shard; holds the file read last.

    Attributes:
        xxh3: XXH3-128 of that file.
    """

    def __init__(self, root: str, spec: CorpusSpec, utterances: Sequence[Utterance]) -> None:
        long = {u.source_path for u in utterances if u.dropped is None and _is_long(u)}
        by_ranges = paths_of_own_files(spec.source_rules, long)
        planned = (
            SourceFile(u.source_path, u.source_size, u.source_version, block=u.block, row=u.row)
            for u in utterances
            if u.dropped is None and u.source_path not in by_ranges
        )
        self._read_file = open_planned_files(root, spec.source_rules, planned)
        self.xxh3 = ""
        self._root = root
        self._spec = spec
        self._path: str | None = None
        self._content = b""

    def decoders(self, planned: Sequence[Utterance]) -> Iterator[tuple[Utterance, Decode]]:
        """Decoders of the utterances of one file, in the order of their times.

        Args:
            planned: Utterances; of those that are dropped nothing is read.

        Yields:
            An utterance and its decoder, to be called before the next is asked for. If a file
            turns out to have another layout than assumed, all come again; the last time counts.
            After the last :attr:`xxh3` is that of the file, if it could be read.

        Raises:
            OSError: The file could be read in part only.
        """
        wanted = [utterance for utterance in planned if utterance.dropped is None]
        if len(wanted) > 1:
            wanted.sort(key=lambda one: (one.start or 0.0, one.end or 0.0))
        if wanted and _is_long(wanted[0]) and (file := self._open_long(wanted[0])):
            with file:
                yield from self._pass_through(file, wanted)
            return
        for utterance in wanted:
            yield utterance, partial(self._decode, utterance)

    def _decode(self, utterance: Utterance) -> Recording:
        """An utterance of a file that is held whole."""
        if utterance.source_path != self._path:
            self._path = None
            self._content = self._read_file(utterance.source_path)
            self.xxh3 = xxh3_128_hexdigest(self._content)
            self._path = utterance.source_path
        spec = self._spec
        return decode(self._content, utterance.start, utterance.end, spec.max_duration, spec.track)

    def _open_long(self, utterance: Utterance) -> LongFile | None:
        known = _KNOWN.get(self._key(utterance))
        return open_long_file(
            self._root,
            self._spec.source_rules,
            utterance.source_path,
            utterance.source_size,
            known.xxh3 if known else None,
            NEXT,
        )

    def _pass_through(
        self, file: LongFile, utterances: Sequence[Utterance]
    ) -> Iterator[tuple[Utterance, Decode]]:
        """Decoders of the parts of a file that is read by ranges."""
        self._path, self._content = None, b""
        key = self._key(utterances[0])
        joined = _KNOWN[key].joined if key in _KNOWN else False
        seen = _open(file, joined)
        for part in utterances:
            yield part, partial(self._read_part, seen, file, part)
        self.xxh3 = file.checksum()
        again = _open(file, None)
        if file.has_mark and not joined and _differ(seen, again):  # until then nobody knew
            joined = True
            for part in utterances:
                yield part, partial(self._read_part, again, file, part)
        _KNOWN[key] = _Known(self.xxh3, joined)
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.popitem(last=False)

    def _read_part(self, recording: OpenRecording, file: LongFile, part: Utterance) -> Recording:
        span = Span(part.start, part.end, self._spec.max_duration, self._spec.track)
        decoded = recording.read(span)
        file.keep_up()
        return decoded

    def _key(self, utterance: Utterance) -> tuple[str, str, int, str]:
        one = utterance
        return self._root, one.source_path, one.source_size, one.source_version


class _Known(NamedTuple):
    """Results of a pass through a file; with them the next shard reads its own parts only."""

    xxh3: str
    joined: bool


_MOST_KNOWN = 64
_KNOWN: OrderedDict[tuple[str, str, int, str], _Known] = OrderedDict()


def _is_long(utterance: Utterance) -> bool:
    """Whether it is a part of a file that is not to be held whole."""
    part = utterance.start is not None or utterance.end is not None
    return part and utterance.source_size >= LONG


def _open(file: LongFile, joined: bool | None) -> OpenRecording:
    return OpenRecording(cast("BinaryIO", file), file.size, joined)


def _differ(one: OpenRecording, other: OpenRecording) -> bool:
    """Whether a file is to be read otherwise than it was, if it is any audio."""
    try:
        return one.layout != other.layout
    except AudioError:
        return False
