"""Drafts a spec from files in which every row is a clip: Parquet with audio inside, WebDataset."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import PurePosixPath

from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.drafting.draft_text import emotions, facts, few, quoted, scalar, split_of, splits
from pipeline.drafting.filename_patterns import FIELD_HINTS, is_emotional
from pipeline.index.cell_lists import spread_cells
from pipeline.schema.fields import Row
from pipeline.sources.archives import Archive, read_directory
from pipeline.sources.byte_ranges import RangedFile, ranged_file
from pipeline.sources.listing import SourceFile
from pipeline.sources.parquet_audio import ParquetAudio
from pipeline.sources.reader import walk_sources
from pipeline.sources.webdataset import WebDatasetClips
from pipeline.specs.row_spec import CellList
from pipeline.specs.source_spec import ParquetSpec, SourceRules, WebDatasetSpec

_MOST = 20_000
"""Rows that are looked at."""

_LOOKED_AT = 50
"""Rows whose cells are looked into."""

_MOST_LABELS = 60
_LABELS = (".json", ".txt", ".cls")
"""Suffixes by which samples of WebDataset are known."""

_HINTS = FIELD_HINTS | {
    **{"gender": "sex", "sex": "sex", "age": "age", "language": "language"},
    **{"transcription": "text", "transcript": "text", ".txt": "text"},
    **{"start": "start", "emotion_start": "start", "end": "end", "emotion_end": "end"},
    **{"valence": "valence", "arousal": "arousal", "dominance": "dominance"},
}


def find_row_files(root: str, files: Iterable[SourceFile]) -> Mapping[str, Sequence[SourceFile]]:
    """Parquet files with audio inside, or tars of WebDataset, by the key of a spec for them.

    Raises:
        DataError: A file that seems to be one can't be read.
    """
    listed = sorted(
        (file for file in files if not file.path.lower().endswith("metadata.parquet")),
        key=lambda file: file.path,
    )
    parquet = [file for file in listed if file.path.lower().endswith(".parquet")]
    if parquet:
        ParquetAudio(_ranged(root, parquet[0]), None)
        return {"parquet": parquet}
    tars = [file for file in listed if file.path.lower().endswith(".tar")]
    if tars and _has_labels(_ranged(root, tars[0])):
        return {"webdataset": tars}
    return {}


def draft_rows(corpus: str, root: str, found: Mapping[str, Sequence[SourceFile]]) -> str:
    """Drafts a spec from files of rows.

    Args:
        corpus: Id of the corpus to be.
        root: Folder or URL.
        found: As :func:`find_row_files` gives it.

    Raises:
        DataError: A file can't be read, or holds no clip.
    """
    (key, files), *_ = found.items()
    read = _parquet_rows if key == "parquet" else _tar_rows
    rows = list(islice(read(root, files), _MOST))
    if not rows:
        raise DataError(f"{root}: no clip in {few([file.path for file in files])}")
    segments = _column_of_segments(rows)
    if segments:
        rows = spread_cells(rows, {segments: CellList(parse="json")}, root)
    parts = sorted({part for row in rows if (part := row.get("part"))})
    columns = [c for c in dict.fromkeys(c for row in rows for c in row) if _is_told(c)]
    columns = [column for column in columns if column != segments]
    take = _guess_fields(columns, rows)
    codes = Counter(code for row in rows if (code := row.get(take.get("emotion", ""))))
    numbered = bool(codes) and all(code.isdigit() for code in codes)
    return "\n".join(
        [
            f"# A draft from {count(len(rows), 'row')} of {count(len(files), 'file')}.",
            *facts(corpus),
            "",
            f"{key}:",
            f"  files: {quoted(_glob(files))}",
            *(["  path: '(?P<part>" + "|".join(parts) + ")[-_/]'"] if parts else []),
            *([f"  cells: {{{scalar(segments)}: json}}", "  segments: true"] if segments else []),
            *_take({**take, **({"part": "part"} if parts else {})}, rows),
            *([_unnamed(take["emotion"], codes)] if numbered else []),
            *_other_columns([column for column in columns if column not in take.values()], rows),
            "",
            *emotions({} if numbered else codes),
            *splits(parts),
            "",
            *_expectations(take, rows),
            "",
        ]
    )


def _take(take: Mapping[str, str], rows: Sequence[Row]) -> list[str]:
    """Fields that columns give."""
    return [
        "  take:                                 # guesses, with the values found:",
        *(
            f"    {scalar(field)}: {scalar(column)}".ljust(40) + f"# {few(_values(column, rows))}"
            for field, column in take.items()
        ),
    ]


def _other_columns(columns: Sequence[str], rows: Sequence[Row]) -> list[str]:
    return [f"# column {few([column])}: {few(_values(column, rows))}" for column in columns]


def _expectations(take: Mapping[str, str], rows: Sequence[Row]) -> list[str]:
    """How many rows there are, and one of them, with a label if any has one."""
    example = next((row for row in rows if row.get(take.get("emotion", ""))), rows[0])
    shown = {column: example.get(column, "") for column in take.values()}
    cells = ", ".join(f"{scalar(column)}: {quoted(text)}" for column, text in shown.items())
    return [
        f"expected: {{utterances: {len(rows)}, source: counted}}",
        "examples:",
        f"  - path: {quoted(example['_path'])}",
        f"    columns: {{{cells}}}",
    ]


def _column_of_segments(rows: Sequence[Row]) -> str:
    """The column whose cells list parts of a recording, with their times; empty if none does."""
    for column, cell in (item for row in rows[:_LOOKED_AT] for item in row.items()):
        if not cell.startswith("[{"):
            continue
        with suppress(DataError):
            found = spread_cells([{column: cell}], {column: CellList(parse="json")}, column)[0]
            fields = {_HINTS.get(name.lower().rpartition(".")[2]) for name in found}
            if {"start", "end"} <= fields:
                return column
    return ""


def _unnamed(column: str, codes: Iterable[str]) -> str:
    """A line for the names of classes that nothing states."""
    numbers = ", ".join(f'"{number}": "?"' for number in sorted(codes, key=int))
    return f"  names: {{{scalar(column)}: {{{numbers}}}}}  # see the card of this copy"


def _guess_fields(columns: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    """Field → column: words for emotions are the label, other columns go by their names."""
    take: dict[str, str] = {}
    likely = sorted(columns, key=lambda column: "emotion" not in column.lower())
    for column in likely:
        values = _values(column, rows)
        if len(values) <= _MOST_LABELS and values and is_emotional(values):
            take["emotion"] = column
            break
    else:
        named = (c for c in likely if c.lower() in {"emotion", "label", "style", ".cls"})
        take |= dict(zip(["emotion"], named, strict=False))
    for column in columns:
        last = column.lower().rpartition(".")[2]
        field = _HINTS.get(column.lower(), _HINTS.get(last))
        if field and field not in take and column not in take.values():
            take[field] = column
    return take


def _values(column: str, rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(value for row in rows if (value := row.get(column))))


def _is_told(column: str) -> bool:
    return not column.startswith("_") and column not in {"part", ".json"}


def _parquet_rows(root: str, files: Sequence[SourceFile]) -> Iterable[Row]:
    for file in files:
        opened = ParquetAudio(_ranged(root, file), None)
        columns = [name for name in opened.schema.names if name != opened.audio]
        take = {f"column {number}": f"{column}?" for number, column in enumerate(columns)}
        spec = ParquetSpec(files=[file.path], take=take)
        for clip in walk_sources(root, SourceRules(parquet=spec)):
            if clip.rows:
                yield {**(clip.record or {}), **_part(file.path), "_path": clip.path}


def _tar_rows(root: str, files: Sequence[SourceFile]) -> Iterable[Row]:
    for file in files:
        ranged = _ranged(root, file)
        spec = WebDatasetSpec(files=[file.path])
        clips = WebDatasetClips(file.path, ranged, spec, False, partial(_directory, ranged))
        for path, columns in clips.rows():
            yield {**columns, **_part(file.path), "_path": path}


def _directory(file: RangedFile) -> Archive:
    with file.stream() as stream:
        return read_directory(file.location, stream, file.size, file.read_range)


def _has_labels(file: RangedFile) -> bool:
    """Whether members of a tar have one name with what says something of them."""
    names = [PurePosixPath(member.path) for member in _directory(file).members]
    labels = {str(name.with_suffix("")) for name in names if name.suffix.lower() in _LABELS}
    others = {str(name.with_suffix("")) for name in names if name.suffix.lower() not in _LABELS}
    return 2 * len(labels & others) > len(others) > 0


def _part(path: str) -> dict[str, str]:
    """The part of an official split that a file's name or folder states."""
    words = (word for name in path.split("/") for word in name.replace("_", "-").split("-"))
    return dict(zip(["part"], filter(split_of, words), strict=False))


def _ranged(root: str, file: SourceFile) -> RangedFile:
    return ranged_file(root, file.path, file.size, file.version)


def _glob(files: Sequence[SourceFile]) -> str:
    """A glob of the folder that the files share, or of their suffix alone."""
    suffix = PurePosixPath(files[0].path).suffix
    folders = {str(PurePosixPath(file.path).parent) for file in files}
    folder = folders.pop() if len(folders) == 1 else "."
    return f"*{suffix}" if folder == "." else f"{PurePosixPath(folder).name}/*{suffix}"
