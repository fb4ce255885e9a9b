"""``shortcuts.json``: how well trivial features alone predict emotion and speaker, by corpus."""

from pydantic import BaseModel, ConfigDict, ValidationError
from xxhash import xxh3_128_hexdigest

from pipeline.common.errors import DataError
from pipeline.dataset.manifest import Manifest
from pipeline.storage import files as storage


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Predictability(_Part):
    """How well each feature predicts a target, on clips that no classifier was fitted on.

    Attributes:
        target: ``emotion`` (``class`` in files of earlier versions) or ``speaker``.
        classes: Number of values of the target.
        clips: Number of clips that were predicted.
        chance: Balanced accuracy of guessing.
        margin: Margin by which guessing may exceed chance by luck.
        accuracy: Feature → balanced accuracy.
    """

    target: str
    classes: int
    clips: int
    chance: float
    margin: float
    accuracy: dict[str, float]

    def stands_out(self, feature: str) -> bool:
        """Whether a feature predicts the target better than guessing would by luck."""
        return self.accuracy[feature] > self.chance + self.margin


class CorpusShortcuts(_Part):
    """Shortcuts of one corpus."""

    corpus: str
    clips: int
    targets: list[Predictability]


class Shortcuts(_Part):
    """Shortcuts of a dataset.

    Attributes:
        audio: Checksum of the dataset's shards that they were measured on.
    """

    audio: str
    corpora: list[CorpusShortcuts]


def shortcuts_path(output: str) -> str:
    """Path or URL of the shortcuts of a dataset."""
    return storage.join(output, "shortcuts.json")


def write_shortcuts(output: str, shortcuts: Shortcuts) -> None:
    """Writes them."""
    storage.write_atomic(shortcuts_path(output), shortcuts.model_dump_json(indent=2) + "\n")


def read_shortcuts(output: str) -> Shortcuts | None:
    """Shortcuts of a dataset; None if they were never measured.

    Raises:
        DataError: The file is damaged.
    """
    content = storage.read(shortcuts_path(output))
    try:
        return Shortcuts.model_validate_json(content) if content else None
    except ValidationError:
        raise DataError(
            f"{shortcuts_path(output)}: not what exhubert shortcuts writes; delete it"
        ) from None


def shards_checksum(manifest: Manifest) -> str:
    """Checksum of all shards, by which it is known whether shortcuts are those of a dataset."""
    shards = (shard.xxh3 for corpus in manifest.corpora.values() for shard in corpus.shards)
    return xxh3_128_hexdigest("\n".join(shards).encode())
