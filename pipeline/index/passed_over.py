"""Audio files that a spec does not name: reported, so that nothing is left out silently."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.common.sample import Sampler
from pipeline.common.spelling import compose
from pipeline.index.corpus_notes import CorpusNotes
from pipeline.index.indexer import FoundClip
from pipeline.sources.folder_description import ARCHIVES
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import folders_above
from pipeline.specs.corpus_spec import CorpusSpec

_DAMAGED = "since it can't be read, while clips lie outside of archives"
_BY_CASE = "their case differs from `audio`; `ignore_case: true` takes them"


class PassedOver:
    """Gathers audio files that neither ``audio`` nor ``ignore`` names, and unread archives."""

    def __init__(self, spec: CorpusSpec) -> None:
        from pipeline.audio.decoder import suffixes  # brings libraries that others don't need

        self._endings = tuple(suffixes())
        self._ignored = glob_matcher(spec.ignore, spec.ignore_case)
        self._wanted = glob_matcher(spec.audio, spec.ignore_case)
        self._but_for_case = glob_matcher(spec.audio, ignore_case=True)
        self._found: dict[str, Sampler] = {}
        self._holds_clips = glob_matcher(spec.source_rules.globs, spec.ignore_case)
        self._lies_unpacked = False
        self._unread: list[str] = []

    def watch(self, clips: Iterable[FoundClip]) -> Iterator[FoundClip]:
        """The same clips; notes whether any lies outside of archives."""
        for clip in clips:
            if not self._lies_unpacked:
                self._lies_unpacked = not any(map(self._holds_clips, folders_above(clip[0].path)))
            yield clip

    def add(self, file: SourceFile) -> None:
        """Looks at a file that is no clip."""
        path = compose(file.path)
        if file.problem and self._holds_clips(path):
            self._unread.append(file.problem)
            self._found.setdefault(_DAMAGED, Sampler()).add(file.problem)
            return
        why = self._why(path)
        if not why and file.rows and not self._ignored(path) and not self._wanted(path):
            why = f"no glob of `audio` names clips of `{file.rows}`"
        if why:
            self._found.setdefault(why, Sampler()).add(path)

    def check_unread(self) -> None:
        """Checks that no damaged archive holds what lies nowhere else.

        Raises:
            DataError: No clip lies outside of archives, and one of these is damaged.
        """
        if self._unread and not self._lies_unpacked:
            raise DataError(min(self._unread))

    def notes(self) -> CorpusNotes:
        """What was found; files that only their case keeps out come first, the others by suffix.

        Raises:
            DataError: As :meth:`check_unread`.
        """
        self.check_unread()
        reasons = sorted(self._found, key=lambda why: (why != _BY_CASE, why))
        return CorpusNotes(passed_over={why: self._found[why].sample() for why in reasons})

    def _why(self, path: str) -> str | None:
        name = path.lower()
        if name.endswith(ARCHIVES):
            what = None if self._ignored(path) else "archive"
        elif name.endswith(self._endings) and not self._ignored(path) and not self._wanted(path):
            if self._but_for_case(path):
                return _BY_CASE
            what = "audio"
        else:
            what = None
        return what and f"no glob of `{what}` names {PurePosixPath(path).suffix} there"
