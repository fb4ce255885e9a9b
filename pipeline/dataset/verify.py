"""Whether a dataset is still what was written: sizes, checksums, rows and their audio."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_128_hexdigest

from pipeline.common.cores import usable_cores
from pipeline.common.count import count
from pipeline.dataset.accounts import restore_receipts
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.manifest import Manifest, ShardFile, require_manifest
from pipeline.dataset.output_check import check_no_links
from pipeline.schema.record import RECORD
from pipeline.shards.receipts import read_receipt, write_receipt
from pipeline.shards.row_check import find_damaged_rows
from pipeline.splits.protocols.statement import FOLDER as PROTOCOLS
from pipeline.splits.protocols.statement import file_problem, protocol_path
from pipeline.storage import files as storage
from pipeline.storage.folder_lock import check_unlocked, lock_folder

_ADD = "exhubert protocols DATASET --add {} makes it anew"


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written.

    Attributes:
        path: Path of the file below the dataset folder; empty for the dataset as a whole.
        problem: Description of what is wrong.
        shard: Name of the shard, if it is one that the manifest names.
    """

    path: str
    problem: str
    shard: str | None = None


def verify_dataset(
    output: str, on_shard: Callable[[], object] = lambda: None
) -> tuple[Manifest, list[Fault]]:
    """Reads a dataset whole and compares it with its manifest.

    Args:
        output: The dataset folder.
        on_shard: Called after each shard.

    Returns:
        The manifest, and what is wrong; nothing where the dataset is whole.

    Raises:
        UsageError: There is no dataset.
        DataError: It is being written to, or its manifest can't be read.
    """
    check_unlocked(output)
    manifest = require_manifest(output)
    faults = list(_find_faults_of_whole(output, manifest))
    times = Counter[str]()

    def verify(item: tuple[str, ShardFile]) -> tuple[list[str], list[Fault]]:
        found = _verify_shard(output, *item)
        on_shard()
        return found

    shards = [(name, shard) for name, entry in manifest.corpora.items() for shard in entry.shards]
    with ThreadPoolExecutor(usable_cores()) as pool:
        for ids, problems in pool.map(verify, shards):
            times.update(ids)
            faults += problems
    repeated = sorted(name for name, count in times.items() if count > 1)
    faults += [Fault("data", f"the id {name} stands in {times[name]} rows") for name in repeated]
    return manifest, faults


def repair_dataset(output: str, faults: Iterable[Fault]) -> list[str]:
    """Has the next build make damaged shards anew, and restores receipts that are missing.

    Args:
        output: The dataset folder.
        faults: Faults from :func:`verify_dataset`.

    Returns:
        Corpora that must be built again.

    Raises:
        DataError: Another process is writing to the dataset.
    """
    check_no_links(output)
    damaged = sorted({fault.shard for fault in faults if fault.shard})
    corpora = sorted({shard.split("/")[0] for shard in damaged})
    with lock_folder(output, "exhubert verify --repair"):
        restore_receipts(output, require_manifest(output), corpora)
        for shard in damaged:
            if receipt := read_receipt(output, shard):
                write_receipt(output, replace(receipt, audio="", fingerprint=""))
    return corpora


def _find_faults_of_whole(output: str, manifest: Manifest) -> Iterator[Fault]:
    if is_unfinished(output):
        yield Fault("", "a build of it was interrupted; build again: that resumes")
    for name, entry in manifest.corpora.items():
        if not entry.adds_up:
            yield Fault("manifest.json", f"the counts of corpus {name} do not add up")
    named = {shard.path for entry in manifest.corpora.values() for shard in entry.shards}
    for path in storage.list_names(storage.join(output, "data")):
        if f"data/{path}" not in named:
            yield Fault(f"data/{path}", "is not named by the manifest")
    yield from _find_faults_of_protocols(output, manifest)
    for shard in sorted(named):
        name = shard.removeprefix("data/").removesuffix(".parquet")
        if read_receipt(output, name) is None:
            yield Fault(f".build/{name}.json", "the receipt of a shard is missing or damaged")


def _find_faults_of_protocols(output: str, manifest: Manifest) -> Iterator[Fault]:
    for name, statement in manifest.protocols.items():
        if problem := file_problem(statement, storage.read(protocol_path(output, name))):
            yield Fault(f"{PROTOCOLS}/{name}.parquet", f"{problem}; {_ADD.format(name)}")
    for path in storage.list_names(storage.join(output, PROTOCOLS)):
        if path.removesuffix(".parquet") not in manifest.protocols:
            yield Fault(f"{PROTOCOLS}/{path}", "is not named by the manifest")


def _verify_shard(output: str, corpus: str, shard: ShardFile) -> tuple[list[str], list[Fault]]:
    """Ids of a shard's rows, and what is wrong with it."""

    def fault(problem: str) -> Fault:
        return Fault(shard.path, problem, shard.name)

    content = storage.read(storage.join(output, shard.path))
    if content is None:
        return [], [fault("missing")]
    faults = []
    if len(content) != shard.bytes:
        faults.append(fault(f"{len(content):,} bytes, expected {shard.bytes:,}"))
    elif (found := xxh3_128_hexdigest(content)) != shard.xxh3:
        faults.append(fault(f"XXH3 {found}, expected {shard.xxh3}"))
    try:
        table = pq.read_table(io.BytesIO(content), schema=RECORD)
    except (OSError, ValueError, pa.ArrowException) as error:
        return [], [*faults, fault(f"not a readable shard: {str(error).splitlines()[0]}")]
    if table.num_rows != shard.rows:
        faults.append(fault(f"{count(table.num_rows, 'row')}, expected {shard.rows:,}"))
    others = set(table["corpus"].to_pylist()) - {corpus}
    if others:
        faults.append(fault(f"holds rows of {', '.join(map(str, sorted(others, key=str)))}"))
    faults += [fault(f"{name}: {problem}") for name, problem in find_damaged_rows(table)]
    return table["id"].to_pylist(), faults
