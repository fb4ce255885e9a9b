"""Checks a finished dataset against what its runner was to build."""

from collections.abc import Iterable

from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.manifest import CorpusManifest, Manifest, read_manifest
from pipeline.storage import files as storage


def check_finished(output: str, corpora: Iterable[str]) -> Manifest:
    """Checks that the folder holds the whole dataset, whatever the runner reported.

    Args:
        output: The dataset folder.
        corpora: Ids of all corpora that were to be built.

    Returns:
        The manifest.

    Raises:
        DataError: The build did not come to its end, or something of it is missing.
    """
    manifest = read_manifest(output)
    if manifest is None or is_unfinished(output):
        raise DataError(
            f"{output}: the runner ended without finishing the dataset; see its log, and build "
            "again: that resumes"
        )
    if absent := sorted(set(corpora) - manifest.corpora.keys()):
        raise DataError(f"{output}: corpora missing from the manifest: {', '.join(absent)}")
    for name, corpus in manifest.corpora.items():
        _verify_counts(output, name, corpus)
        _verify_sizes(output, corpus)
    return manifest


def _verify_counts(output: str, name: str, corpus: CorpusManifest) -> None:
    if not corpus.adds_up:
        raise DataError(
            f"{output}: corpus {name}: {count(corpus.found, 'clip')} found, but written, excluded "
            f"and rejected are {corpus.written:,} + {sum(corpus.excluded.values()):,} + "
            f"{sum(corpus.rejected.values()):,}; build again"
        )


def _verify_sizes(output: str, corpus: CorpusManifest) -> None:
    paths = [storage.join(output, shard.path) for shard in corpus.shards]
    sizes = storage.map_files(output, storage.file_size, paths)
    for shard, size in zip(corpus.shards, sizes, strict=True):
        if size != shard.bytes:
            found = "nothing" if size is None else f"{size:,} bytes"
            raise DataError(
                f"{output}/{shard.path}: {found} where the manifest has {shard.bytes:,} bytes; "
                "build again"
            )
