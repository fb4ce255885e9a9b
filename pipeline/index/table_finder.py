"""Finding the files of tables while all files of a corpus are listed, once."""

from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from posixpath import splitext

from pipeline.common.globs import glob_matcher
from pipeline.common.sample import SHOWN
from pipeline.common.spelling import compose
from pipeline.sources.listing import REPEATED, SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.table_spec import FileByField, TableSpec


def table_globs(table: TableSpec) -> list[str]:
    """Globs of the files that a table is read from."""
    return list(table.file.values.values()) if isinstance(table.file, FileByField) else table.file


def find_table_files(spec: CorpusSpec, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Those of a corpus's files that its tables are read from, sorted by path.

    Of those that stand twice in an archive the last counts, as when it is unpacked.
    """
    finder = TableFinder(spec)
    for file in files:
        finder.add(file)
    return finder.found()


class TableFinder:
    """Finds the files of a corpus's tables among all of its files.

    Of a table that has none, files are kept that may be it by another name: the message about it
    names them.
    """

    def __init__(self, spec: CorpusSpec) -> None:
        globs = {name: table_globs(table) for name, table in spec.tables.items()}
        together = [glob for own in globs.values() for glob in own]
        self._is_table = glob_matcher(together, spec.ignore_case)
        self._ignored = glob_matcher(spec.ignore, spec.ignore_case)
        self._found: list[SourceFile] = []
        self._nearly = NearNames(together)
        self._wanted = {name: glob_matcher(own, spec.ignore_case) for name, own in globs.items()}
        self._near_names = {name: NearNames(own) for name, own in globs.items()}
        self._near: dict[str, list[SourceFile]] = {name: [] for name in globs}

    def watch(self, files: Iterable[SourceFile]) -> Iterator[SourceFile]:
        """The same files; those of tables are kept."""
        for file in files:
            self.add(file)
            yield file

    def add(self, file: SourceFile) -> None:
        """Keeps a file that is, or may be, of a table."""
        path = compose(file.path)
        if file.problem == REPEATED or not self._nearly(path):
            return
        if self._is_table(path) and not self._ignored(path):
            self._found.append(file)
        for name, is_near in self._near_names.items():
            if is_near(path):
                insort(self._near[name], file, key=_path)
                del self._near[name][SHOWN:]

    def found(self) -> list[SourceFile]:
        """Files of tables, sorted by path."""
        return sorted(self._found, key=_path)

    def files(self) -> tuple[SourceFile, ...]:
        """Files of tables, and those that may be of a table that has none, sorted by path."""
        paths = [compose(file.path) for file in self._found]
        near = {
            file.path: file
            for name, is_wanted in self._wanted.items()
            if not any(map(is_wanted, paths))
            for file in self._near[name]
        }
        for file in self._found:
            near.pop(file.path, None)
        return tuple(sorted([*self._found, *near.values()], key=_path))


class NearNames:
    """Tells files that globs name but for case, or that are called alike but for their suffix."""

    def __init__(self, globs: Sequence[str]) -> None:
        self._but_for_case = glob_matcher(globs, ignore_case=True)
        self._stems: Collection[str] = {PurePosixPath(glob).stem.casefold() for glob in globs} - {
            "*",
            "**",
        }

    def __call__(self, path: str) -> bool:
        """Whether a file of this path is one."""
        stem = splitext(path.rpartition("/")[2])[0]
        return stem.casefold() in self._stems or self._but_for_case(path) is not None


def _path(file: SourceFile) -> str:
    return file.path
