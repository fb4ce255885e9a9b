"""Configuration of a build: corpora, options and output, as every step needs them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.audio.options import AudioOptions
from pipeline.common.release import UNNAMED, Release
from pipeline.monitoring import ProgressWriter
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, walk_sources
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.storage import StoreOptions, current_options


@dataclass(frozen=True)
class Corpus:
    """A corpus to be built: its description and where it lies."""

    spec: CorpusSpec
    root: str

    def walk(self) -> Iterator[SourceFile]:
        """Every file of it, in no order; an archive that is damaged is a file with a problem."""
        return walk_sources(self.root, self.spec.source_rules, keep_damaged=True)

    def reader(self) -> ReadFile:
        """A function that reads its files by path."""
        return CorpusReader(self.root, self.spec.source_rules).read


@dataclass(frozen=True)
class BuildConfig:
    """Everything that the steps of a build need to know.

    Attributes:
        corpora: Corpora to build, by id.
        scheme: The shared emotion categories.
        output: The dataset folder.
        audio: Options by which clips are stored.
        stores: Options by which workers reach stores; by default those of this process.
        progress: Writes the progress of workers on this machine.
        error_file: File in which a worker writes the error that ends the build; None leaves it to
            the runner's messages.
        begun_file: File that each worker writes as it begins; None if nobody waits for it.
        report: Whether the last step writes the report; False if the caller writes it once the log
            has the outcome.
        release: Title, version and date of the dataset, as far as they are stated.
        partitions: Minimum number of first elements; Dask keeps this as its partition count.
    """

    corpora: Mapping[str, Corpus]
    scheme: EmotionScheme
    output: str
    audio: AudioOptions
    stores: StoreOptions = field(default_factory=current_options)
    progress: ProgressWriter = field(default_factory=ProgressWriter)
    error_file: str | None = None
    begun_file: str | None = None
    report: bool = True
    partitions: int = 0
    release: Release = UNNAMED
