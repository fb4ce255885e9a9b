"""Drafts a spec from a folder: guesses at names, tables and codes, for a person to correct."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import PurePosixPath

from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.common.globs import glob_matcher
from pipeline.common.patterns import compile_pattern
from pipeline.common.spelling import compose
from pipeline.drafting.draft_rows import draft_rows, find_row_files
from pipeline.drafting.draft_sections import FolderGuess, write_draft
from pipeline.drafting.filename_patterns import NamePosition, assign_fields, common_pattern
from pipeline.drafting.table_discovery import DiscoveredTable, find_tables, join
from pipeline.index.indexer import read_path
from pipeline.schema.fields import Fields
from pipeline.sources.class_names import ReadFile
from pipeline.sources.folder_description import describe_files
from pipeline.sources.listing import SourceFile, list_files
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.corpus_id import check_id
from pipeline.specs.source_spec import SourceRules

_ARCHIVES = (".zip", ".tar")
_STRAYS = 0.05
"""Share of the names, at some depth of folders, that are too few to draft a pattern for."""


def draft_folder(corpus: str, root: str) -> str:
    """Drafts a spec from a folder; without clips there, from Parquet, WebDataset or archives.

    Args:
        corpus: Id of the corpus to be.
        root: Folder or URL.

    Raises:
        UsageError: The id can't be one.
        DataError: There are no audio files, or an archive can't be read.
    """
    files = list_files(root)
    if any(_is_media(file) for file in files):
        return draft_spec(corpus, files, CorpusReader(root).read)
    if rows := find_row_files(root, files):
        return draft_rows(corpus, root, rows)
    spelt = {PurePosixPath(file.path).suffix for file in files}
    globs = [f"*{suffix}" for suffix in sorted(spelt) if suffix.lower() in _ARCHIVES]
    rules = SourceRules(globs)
    return draft_spec(corpus, list_sources(root, rules), CorpusReader(root, rules).read, globs)


def draft_spec(
    corpus: str, files: Sequence[SourceFile], read: ReadFile, archives: Sequence[str] = ()
) -> str:
    """Drafts a spec from the files of a corpus.

    Args:
        corpus: Id of the corpus to be.
        files: All files below its root.
        read: Gives the content of a listed file; called for tables only.
        archives: Globs of the archives that some of the files lie in.

    Returns:
        A spec as text; guesses are marked as such, with the values found, and what could not be
        guessed is a ``?`` for a person to fill in.

    Raises:
        UsageError: The id can't be one.
        DataError: There are no audio files.
    """
    try:
        check_id(corpus)
    except ValueError as error:
        raise UsageError(f"id of the corpus: {error}") from None
    listed = {_below_archive(file.path, archives): file for file in files}
    files = [file._replace(path=path) for path, file in listed.items()]
    media = [compose(file.path) for file in files if _is_media(file)]
    if not media:
        there = describe_files(files)
        raise DataError(f"no audio or video file among {count(len(files), 'file')}: {there}")
    tables = find_tables(files, lambda path: read(listed[path].path))
    return write_draft(_guess(corpus, archives, media, tables))


def _guess(
    corpus: str,
    archives: Sequence[str],
    media: Sequence[str],
    tables: Sequence[DiscoveredTable],
) -> FolderGuess:
    """What the names of clips and the tables beside them seem to say."""
    suffix = Counter(_suffix(path) for path in media).most_common(1)[0][0]
    names = [path for path in media if _suffix(path) == suffix]
    spelt = Counter(PurePosixPath(path).suffix for path in names).most_common()
    ending, mixed = spelt[0][0], len(spelt) > 1
    depths = _depths(names)
    shapes = [
        common_pattern([_with_suffix(path, ending) for path in names if path.count("/") == depth])
        for depth in depths
    ]
    unnamed = _read_names(names, [], mixed)
    labelled = any(table.labels and table.column for table in (join(t, unnamed) for t in tables))
    named = [assign_fields(positions, labelled) for positions in shapes]
    patterns = ["^" + "".join(position.regex for position in shape) + "$" for shape in named]
    clips = _read_names(names, patterns, mixed)
    beside = [join(table, clips) for table in tables]
    joined = _with_names([table for table in beside if table.column and table.take])
    return FolderGuess(
        corpus=corpus,
        archives=archives,
        media=media,
        names=names,
        audio=["*/" * depth + "*" + ending for depth in depths],
        mixed_case=mixed,
        values=_values(chain.from_iterable(named)),
        patterns=patterns,
        clips=clips,
        joined=joined,
        others=[table for table in beside if table not in joined.values()],
    )


def _depths(names: Sequence[str]) -> list[int]:
    """How many folders names lie in, the most first, without depths of a few strays."""
    found = Counter(path.count("/") for path in names)
    usual = [depth for depth, number in found.items() if number > _STRAYS * len(names)]
    return sorted(usual, reverse=True) or [found.most_common(1)[0][0]]


def _with_suffix(path: str, ending: str) -> str:
    return str(PurePosixPath(path).with_suffix(ending))


def _values(positions: Iterable[NamePosition]) -> dict[str, set[str]]:
    """Field → the values it has in names of any shape."""
    values: dict[str, set[str]] = {}
    for position in positions:
        if position.field:
            values.setdefault(position.field, set()).update(position.values)
    return values


def _media_suffixes() -> tuple[str, ...]:
    from pipeline.audio.decoder import suffixes  # brings libraries that other commands don't need

    return tuple(suffixes())


def _is_media(file: SourceFile) -> bool:
    return file.path.lower().endswith(_media_suffixes()) and not file.problem


def _below_archive(path: str, archives: Sequence[str]) -> str:
    """The path of a member below its archive, as globs see it; other paths as they are."""
    match = glob_matcher(archives)
    parts = path.split("/")
    tops = (depth for depth in range(1, len(parts)) if match("/".join(parts[:depth])))
    return "/".join(parts[next(tops, 0) :])


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _read_names(names: Iterable[str], patterns: Iterable[str], ignore_case: bool) -> list[Fields]:
    """Fields of the names that fit a pattern; of all names where there is none."""
    compiled = [compile_pattern(pattern, ignore_case) for pattern in patterns]
    return [fields for name in names if (fields := read_path(name, compiled))]


def _with_names(tables: Iterable[DiscoveredTable]) -> dict[str, DiscoveredTable]:
    """Tables by what the spec calls them."""
    named: dict[str, DiscoveredTable] = {}
    for table in tables:
        name = re.sub(r"\W+", "_", PurePosixPath(table.path).stem)
        named[name if name not in named else f"{name}_{len(named)}"] = table
    return named
