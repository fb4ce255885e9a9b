"""What a build is to make, and where: all that its steps must know."""

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
    """All that the steps of a build must know.

    Attributes:
        corpora: What is built, by corpus id.
        scheme: The shared emotion categories.
        output: The dataset folder.
        audio: How clips are stored.
        stores: How workers reach stores; as this process does, unless told.
        progress: What workers on this machine tell of their work.
        error_file: Where a worker writes the error for the user that ends the build; None to leave
            it to the runner's messages.
        begun_file: Which each worker writes as it begins; None where nobody waits for that.
        report: Whether the last step writes the report: where it is not sure that anybody waits for
            the end. Else it is written afterwards, when the log knows how the run has ended.
        release: Title, version and date of the dataset, as far as they are stated.
        partitions: Least number of elements to begin with: some runners (Dask) work in as many
            parts, from the first step to the last.
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
