"""Statements of a manifest about protocols: folds, sizes and leaks, and the file of each."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict
from xxhash import xxh3_128_hexdigest

from pipeline.splits.protocols.label_sets import ProtocolSet
from pipeline.splits.protocols.names import check_name

FOLDER = "protocols"
"""Folder of the files, below the dataset folder."""


class _Statement(BaseModel):
    """A part of what the manifest says of protocols: immutable; later keys are passed over."""

    model_config = ConfigDict(frozen=True)


class FoldFacts(_Statement):
    """One fold of one corpus, and what leaks from training into its test part.

    Attributes:
        name: Name of the fold, such as ``"3"``.
        held_out: Speakers or sessions that stand in the test part alone.
        train: Clips.
        validation: Clips of a stated validation part; 0 where training draws its own.
        test: Clips.
        unused: Clips that have a class and stand in no part.
        shared_speakers: Speakers in the test part and in train or validation.
        shared_audio: Sounds, by checksum, in the test part and in train or validation.
        shared_recordings: Recordings that stand in the test part and, in another form, in train or
            validation, by audio fingerprints; None where they were not looked for.
        unknown_speakers: Test clips whose speaker is not known, so that nothing can be said.
        test_speakers: Speakers of the test part.
        absent: Classes of the corpus that do not occur in the test part.
        missing: Clips that the published test part names and the dataset lacks.
        published: Part → clips, where somebody counted.
    """

    name: str
    held_out: list[str] = []
    train: int
    validation: int = 0
    test: int
    unused: int = 0
    shared_speakers: int
    shared_audio: int
    shared_recordings: int | None = None
    unknown_speakers: int = 0
    test_speakers: int = 0
    absent: list[str] = []
    missing: int = 0
    published: dict[str, int] = {}


class CorpusFolds(_Statement):
    """The folds of one corpus, and the classes of its label set that occur in it."""

    labels: ProtocolSet
    classes: list[str]
    folds: list[FoldFacts]
    note: str | None = None

    @property
    def clips(self) -> int:
        """Clips that have a class."""
        first = self.folds[0]
        return first.train + first.validation + first.test + first.unused

    @property
    def smallest_test(self) -> int:
        """Clips of the smallest test part."""
        return min(fold.test for fold in self.folds)

    @property
    def largest_test(self) -> int:
        """Clips of the largest test part."""
        return max(fold.test for fold in self.folds)

    @property
    def shared_speakers(self) -> int:
        """Speakers in training and test, in the fold where they are most."""
        return max(fold.shared_speakers for fold in self.folds)

    @property
    def shared_audio(self) -> int:
        """Sounds in training and test, in the fold where they are most."""
        return max(fold.shared_audio for fold in self.folds)

    @property
    def shared_recordings(self) -> int | None:
        """Recordings in training and, in another form, in test, in the fold where they are most."""
        known = [fold.shared_recordings for fold in self.folds]
        return max((one for one in known if one is not None), default=None)


class ProtocolStatement(_Statement):
    """Statement of a manifest about a protocol.

    Attributes:
        rule: Rule that makes the folds, in words.
        corpora: The corpora that have folds.
        left_out: Corpus → why it has none.
        rows: Number of rows of the file.
        bytes: Size of the file in bytes.
        xxh3: XXH3-128 of the file.
    """

    rule: str
    corpora: dict[str, CorpusFolds]
    left_out: dict[str, str] = {}
    rows: int = 0
    bytes: int = 0
    xxh3: str = ""

    def joined(self, other: Self) -> Self:
        """The same protocol of more corpora, without a file."""
        return type(self)(
            rule=other.rule,
            corpora={**self.corpora, **other.corpora},
            left_out={**self.left_out, **other.left_out},
        )


ProtocolStatements = dict[Annotated[str, AfterValidator(check_name)], ProtocolStatement]
"""Name → statement; a name whose file would lie elsewhere is refused."""


def protocol_path(dataset: str, name: str) -> str:
    """Path or URL of the file of a protocol."""
    return f"{dataset.rstrip('/')}/{FOLDER}/{name}.parquet"


def file_problem(statement: ProtocolStatement, content: bytes | None) -> str | None:
    """Problem with the file of a protocol; None if it is as it was written."""
    if content is None:
        return "missing, though the manifest names it"
    if len(content) != statement.bytes:
        return f"{len(content):,} bytes, expected {statement.bytes:,}"
    if (found := xxh3_128_hexdigest(content)) != statement.xxh3:
        return f"XXH3 {found}, expected {statement.xxh3}"
    return None
