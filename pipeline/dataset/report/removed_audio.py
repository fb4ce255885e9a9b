"""Audio of clips that are removed as duplicates: kept for the report, and for it alone.

Of near-duplicates in two splits one side is removed, of equal audio under two labels of one corpus
both. Whoever judges them must hear them.
"""

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dataset.duplicates.pair_table import Pair
from pipeline.dataset.report.pairs import choose_pairs, find_audible
from pipeline.pages.excerpts import encode_excerpt
from pipeline.storage import files as storage

_SCHEMA = pa.schema([("id", pa.string()), ("preview", pa.string())])


@dataclass
class RemovedAudio:
    """Keeps excerpts of clips as they are removed.

    Attributes:
        output: The dataset folder.
        wanted: Ids of clips that can be heard on the page.
        kept: Id → excerpt, as its file has them.
        sounds: The same of the wanted ones, and of those that have left since.
    """

    output: str
    wanted: frozenset[str]
    kept: Mapping[str, str]
    sounds: dict[str, str]

    def take(self, rows: pa.Table) -> None:
        """Encodes the wanted ones of rows that leave their shard, and writes them.

        Args:
            rows: Rows with ``id`` and ``audio``, before their shard is rewritten: after that their
                audio is nowhere else.
        """
        for index, clip in enumerate(rows["id"].to_pylist()):
            if clip in self.wanted:
                self.sounds[clip] = encode_excerpt(rows["audio"][index].as_py()["bytes"])
        self.keep()

    def keep(self) -> None:
        """Writes the sounds, where they are others than before."""
        if self.sounds == self.kept:
            return
        listed = sorted(self.sounds.items())
        rows = [{"id": clip, "preview": preview} for clip, preview in listed]
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), sink)
        storage.write_atomic(removed_audio_path(self.output), sink.getvalue())
        self.kept = dict(self.sounds)


def choose_removed_audio(
    output: str,
    pairs: Sequence[Pair],
    ids: Iterable[str],
    not_redistributable: Collection[str] = (),
) -> RemovedAudio:
    """Clips whose sound is to be kept should they leave: those of the pairs of a page.

    They are those of two pages: of one that lets all corpora be heard, and of one that lets only
    those be heard that may be passed on.

    Args:
        output: The dataset folder.
        pairs: All known pairs of the dataset.
        ids: Ids of all clips, before any is removed.
        not_redistributable: Corpora that may not be passed on.
    """
    kept = read_removed_audio(output)
    known = {*ids, *kept}
    wanted: set[str] = set()
    for excluded in ((), not_redistributable):
        audible_pairs, audible = find_audible(pairs, known, excluded)
        chosen = choose_pairs(audible_pairs, audible)
        wanted |= audible & {clip.id for pair in chosen for clip in (pair.one, pair.other)}
    sounds = {clip: kept[clip] for clip in wanted & kept.keys()}
    return RemovedAudio(output, frozenset(wanted), kept, sounds)


def removed_audio_path(output: str) -> str:
    """Path or URL of the file of removed audio."""
    return storage.join(output, ".build", "departed.parquet")


def read_removed_audio(output: str) -> Mapping[str, str]:
    """Id → excerpt of clips that have left a dataset; none where none is kept, or it is damaged."""
    content = storage.read(removed_audio_path(output))
    if content is None:
        return {}
    try:
        table = pq.read_table(io.BytesIO(content), schema=_SCHEMA)
    except (OSError, ValueError, pa.ArrowException):  # the next build makes it anew
        return {}
    return dict(zip(table["id"].to_pylist(), table["preview"].to_pylist(), strict=True))
