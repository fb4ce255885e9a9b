"""Near-duplicates of a finished dataset, by the audio in its shards."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
from xxhash import xxh3_128_hexdigest

from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError
from pipeline.common.cores import usable_cores
from pipeline.common.errors import DataError
from pipeline.dataset.duplicates.gather import clips_of
from pipeline.dataset.duplicates.pair_table import Pair, PairedClip
from pipeline.fingerprinting.matching import find_matches
from pipeline.fingerprinting.subfingerprints import Subfingerprints, subfingerprints
from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import ShardReceipt


def find_near_pairs(
    output: str,
    receipts: Sequence[ShardReceipt],
    rows: pd.DataFrame,
    on_clips: Callable[[int], object] = lambda clips: None,
) -> list[Pair]:
    """Finds the pairs of clips that hold the same recording without being equal.

    Decodes each clip that is unlike all others once, from its shard.

    Args:
        output: The dataset folder.
        receipts: Receipts of all shards.
        rows: Metadata of all rows.
        on_clips: Called with the number of clips of each shard after it.

    Raises:
        DataError: A shard is missing or damaged.
    """
    first_of = rows.sort_values("id").drop_duplicates("audio_xxh3")
    wanted = set(first_of["id"])

    def read(receipt: ShardReceipt) -> list[tuple[str, Subfingerprints]]:
        table = read_shard(output, receipt.shard, receipt.xxh3)
        prints = [(name, _fingerprint(name, row)) for name, row in _clips(table) if name in wanted]
        on_clips(table.num_rows)
        return prints

    with ThreadPoolExecutor(usable_cores()) as pool:
        found = [one for part in pool.map(read, filter(_has_rows, receipts)) for one in part]
    found.sort(key=lambda one: one[0])
    clips = clips_of(first_of)
    return list(_to_pairs([clips[name] for name, _ in found], [prints for _, prints in found]))


def audio_checksum(rows: pd.DataFrame) -> str:
    """Checksum of all audio of some rows: whether it was searched as it is."""
    return xxh3_128_hexdigest("\n".join(sorted(rows["audio_xxh3"])).encode())


def audio_checksums(rows: pd.DataFrame) -> dict[str, str]:
    """The same of each corpus."""
    return {str(corpus): audio_checksum(own) for corpus, own in rows.groupby("corpus")}


def _has_rows(receipt: ShardReceipt) -> bool:
    return receipt.size > 0


def _clips(table: pa.Table) -> Iterable[tuple[str, bytes]]:
    """Id and stored audio of every row."""
    for batch in table.select(["id", "audio"]).to_batches(max_chunksize=100):
        for row in batch.to_pylist():
            yield row["id"], (row["audio"] or {}).get("bytes") or b""


def _fingerprint(name: str, content: bytes) -> Subfingerprints:
    try:
        return subfingerprints(decode(content).samples[:, 0])
    except AudioError as error:
        raise DataError(
            f"{name}: its audio can't be decoded: {error}; exhubert verify --repair DATASET"
        ) from None


def _to_pairs(clips: Sequence[PairedClip], prints: Sequence[Subfingerprints]) -> Iterable[Pair]:
    for match in find_matches(prints):
        yield Pair(
            clips[match.first],
            clips[match.second],
            "near",
            match.offset,
            match.overlap,
            match.error,
        )
