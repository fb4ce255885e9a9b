"""Notes on an index: choices that were made, and files that were left out, without an error."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.common.count import count
from pipeline.common.sample import Sample

if TYPE_CHECKING:  # brings pyarrow with it
    from pipeline.index.table_rows import TableRows


@dataclass(frozen=True)
class CorpusNotes:
    """Decisions about a corpus that its users may want to know.

    Attributes:
        passed_over: Why → audio files and archives that the spec does not name.
        encodings: Table → encoding → files that were not read in the first encoding named.
    """

    passed_over: dict[str, Sample] = field(default_factory=dict)
    encodings: dict[str, dict[str, Sample]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.passed_over or self.encodings)


NO_NOTES = CorpusNotes()


def note_encodings(tables: "Mapping[str, TableRows]") -> CorpusNotes:
    """Notes on the encodings in which tables were read."""
    return CorpusNotes(
        encodings={
            name: {encoding: Sample.of(files) for encoding, files in table.encodings.items()}
            for name, table in tables.items()
            if table.encodings
        }
    )


def merge_notes(parts: Iterable[CorpusNotes]) -> CorpusNotes:
    """Joined notes of several parts of an index."""
    passed_over: dict[str, Sample] = {}
    encodings: dict[str, dict[str, Sample]] = {}
    for part in parts:
        passed_over |= part.passed_over
        encodings |= part.encodings
    return CorpusNotes(passed_over, dict(sorted(encodings.items())))


def describe_notes(notes: CorpusNotes, spellings: Iterable[Iterable[str]]) -> Iterator[str]:
    """Notes in words, a line each.

    Args:
        notes: On a corpus.
        spellings: Its speakers whose names differ in case, blanks or width alone, in groups.
    """
    for table, encodings in notes.encodings.items():
        for encoding, files in encodings.items():
            read = f"{count(files.count, 'file')} read as {encoding}"
            yield f"table {table}: {read}: {', '.join(files.first)}"
    for why, passed in notes.passed_over.items():
        yield f"{count(passed.count, 'file')} passed over, {why}: {', '.join(passed.first)}"
    for alike in spellings:
        yield f"one speaker in several spellings? {', '.join(map(repr, alike))}"
