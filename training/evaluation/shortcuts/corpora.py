"""Shortcuts of every corpus of a dataset, measured on a sample of its clips."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
from xxhash import xxh3_64_intdigest

from pipeline.shards.metadata_reader import read_shard_metadata
from training.data import dataset_files
from training.data.index import known_speakers, known_values
from training.evaluation.shortcuts.features import COLUMNS, measure_audio, trivial_features
from training.evaluation.shortcuts.prediction import Predictability, predictability

_INDEX = ("id", "corpus", "speaker", "emotion", "audio_xxh3", *COLUMNS)


@dataclass(frozen=True)
class CorpusShortcuts:
    """How well trivial features alone predict emotion and speaker of a corpus.

    Attributes:
        corpus: Its id.
        clips: That were looked at.
        targets: Of emotion and speaker, those that have at least two values.
    """

    corpus: str
    clips: int
    targets: list[Predictability]


def find_shortcuts(
    dataset: str, clips: int, on_clip: Callable[[], object] = lambda: None
) -> Iterator[CorpusShortcuts]:
    """Measures corpus by corpus.

    Emotion is predicted for speakers whom the classifier has not seen, wherever there are two.

    Args:
        dataset: Folder or URL.
        clips: Most clips of a corpus: whole row groups, drawn by hashes of where they lie.
        on_clip: Called after every clip that was read.

    Raises:
        DataError: A shard is missing or damaged.
    """
    corpora: dict[str, list[str]] = {}
    for shard in dataset_files.list_shards(dataset):
        corpora.setdefault(dataset_files.path_of(shard).parent.name, []).append(shard)
    for corpus, shards in corpora.items():
        rows = draw(pd.concat([_read(shard) for shard in shards], ignore_index=True), clips)
        features = trivial_features(rows, measure_audio(rows, on_clip))
        emotions, speakers = known_values(rows["emotion"]), known_speakers(rows)
        several = len({*speakers} - {None}) > 1
        found = [
            predictability("emotion", features, emotions, speakers if several else None),
            predictability("speaker", features, speakers),
        ]
        yield CorpusShortcuts(corpus, len(rows), [one for one in found if one is not None])


def draw(rows: pd.DataFrame, clips: int) -> pd.DataFrame:
    """So many rows, from as few row groups as hold them; alike on every machine.

    Args:
        rows: Of one corpus, with ``id``, ``shard`` and ``row_group``.
        clips: Most rows.
    """
    if len(rows) <= clips:
        return rows
    places = rows["shard"].map(lambda shard: "/".join(dataset_files.path_of(shard).parts[-2:]))
    keys = places.str.cat(rows["row_group"].astype(str), sep=":").map(_hash)
    order = pd.DataFrame({"group": keys, "row": rows["id"].map(_hash)})
    chosen = order.sort_values(["group", "row"]).index[:clips]
    return rows.loc[chosen].sort_values(["shard", "row_group", "row"]).reset_index(drop=True)


def _read(shard: str) -> pd.DataFrame:
    return read_shard_metadata(shard, _INDEX).assign(shard=shard)


def _hash(name: str) -> int:
    return xxh3_64_intdigest(name.encode())
