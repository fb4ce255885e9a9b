"""The sound of clips that leave a dataset because of others: kept for the report, and for it alone.

Of near-duplicates in two splits one side leaves, of equal audio under two labels of one corpus both
do. Who is to judge them must hear them.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.dataset.duplicates.pair_table import Pair
from pipeline.dataset.report.pairs import choose_pairs
from pipeline.pages.previews import encode_preview
from pipeline.storage import files as storage

_SCHEMA = pa.schema([("id", pa.string()), ("preview", pa.string())])


@dataclass(frozen=True)
class Departing:
    """Takes the sound of clips as they leave.

    Attributes:
        wanted: Ids of clips that the page would let one hear.
        earlier: Id → preview, as kept so far.
        sounds: The same of the wanted ones, and of those that have left since.
    """

    wanted: frozenset[str]
    earlier: Mapping[str, str]
    sounds: dict[str, str]

    def take(self, rows: pa.Table) -> None:
        """Encodes the wanted ones of rows that leave their shard, with ``id`` and ``audio``."""
        for place, clip in enumerate(rows["id"].to_pylist()):
            if clip in self.wanted:
                self.sounds[clip] = encode_preview(rows["audio"][place].as_py()["bytes"])


def expect_departures(output: str, pairs: Sequence[Pair], ids: Iterable[str]) -> Departing:
    """Clips whose sound is to be kept should they leave: those of the pairs of a page.

    Args:
        output: The dataset folder.
        pairs: All that are known of it.
        ids: Of all its clips, before any leaves.
    """
    if not pairs:
        return Departing(frozenset(), {}, {})
    earlier = read_departed(output)
    chosen = choose_pairs(pairs, {*ids, *earlier})
    wanted = frozenset(clip.id for pair in chosen for clip in (pair.one, pair.other))
    return Departing(wanted, earlier, {clip: earlier[clip] for clip in wanted & earlier.keys()})


def departed_path(output: str) -> str:
    """Where a dataset keeps these sounds."""
    return storage.join(output, ".build", "departed.parquet")


def keep_departed(output: str, departing: Departing) -> None:
    """Writes the sounds of clips that have left, where they are others than before."""
    if departing.sounds == departing.earlier:
        return
    listed = sorted(departing.sounds.items())
    rows = [{"id": clip, "preview": preview} for clip, preview in listed]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), sink)
    storage.write_atomic(departed_path(output), sink.getvalue())


def read_departed(output: str) -> Mapping[str, str]:
    """Id → preview of clips that have left a dataset; none where none is kept, or it is damaged."""
    content = storage.read(departed_path(output))
    if content is None:
        return {}
    try:
        table = pq.read_table(io.BytesIO(content), schema=_SCHEMA)
    except (OSError, ValueError):  # the next build takes them anew; nothing else depends on it
        return {}
    return dict(zip(table["id"].to_pylist(), table["preview"].to_pylist(), strict=True))
