"""Which files of a dataset are published, and whether they may be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.common.errors import UsageError
from pipeline.dataset.finished_check import check_finished
from pipeline.dataset.kept_specs import SPECS
from pipeline.dataset.manifest import CorpusManifest, Manifest, require_manifest
from pipeline.dataset.output_check import check_no_links
from pipeline.dataset.rejects import read_left_out
from pipeline.dataset.report.page import make_report, read_rows
from pipeline.dataset.shortcuts import read_shortcuts
from pipeline.specs.licence_terms import licence_rules
from pipeline.splits.protocols.statement import FOLDER as PROTOCOLS
from pipeline.storage.folder_lock import check_unlocked

FOLDERS = ("data", PROTOCOLS, SPECS)
"""Folders that are a dataset's own wherever it is published: older files leave them."""

_ALWAYS = ("README.md", "croissant.json", "manifest.json", "rejects.parquet")
_REPORT = "report.html"
_WHERE_MADE = ("duplicates.parquet", "shortcuts.json", _REPORT)


@dataclass(frozen=True)
class PublishedFile:
    """A file that is handed on.

    Attributes:
        path: Path below the dataset folder, and wherever it is published.
        size: Size in bytes.
        content: Content that replaces that of the file; None to publish the file as it is.
    """

    path: str
    size: int
    content: bytes | None = field(default=None, repr=False)


def plan_publication(dataset: Path) -> tuple[Manifest, list[PublishedFile]]:
    """Checks a dataset of this machine, and lists what of it is handed on.

    These are the files that the dataset is known to have; its log, its receipts and what somebody
    has laid beside them are not.

    Returns:
        The manifest, and the files: shards first, the card last.

    Raises:
        UsageError: There is no dataset, or it may not be passed on.
        DataError: It is incomplete, judging by sizes, or being written to.
    """
    folder = str(dataset)
    check_unlocked(folder)
    manifest = require_manifest(folder)
    check_publishable(folder, manifest)
    check_no_links(folder)
    check_finished(folder, manifest.corpora)
    paths = sorted(_find_paths(dataset, manifest), key=_order)
    files = [PublishedFile(path, (dataset / path).stat().st_size) for path in paths]
    return manifest, [_without_runs(one, folder, manifest) for one in files]


def check_publishable(dataset: str, manifest: Manifest) -> None:
    """Checks that every corpus may be passed on.

    Raises:
        UsageError: Some must not, or nobody has said so; it names each with its terms.
    """
    held_back = [
        f"  {name}: {_why_not(corpus)}"
        for name, corpus in manifest.corpora.items()
        if _redistribution(corpus) != "free"
    ]
    if held_back:
        what = "\n".join(held_back)
        raise UsageError(
            f"{dataset} may not be published, because of\n{what}\n"
            "A dataset can't be made smaller afterwards: build another one without them, "
            "exhubert build --only-redistributable --output NEW …"
        )


def _without_runs(file: PublishedFile, folder: str, manifest: Manifest) -> PublishedFile:
    """The file; for the report another one, without runs and with redistributable audio only.

    Errors of runs name places on the machine, and its owner may have made it with all audio.
    """
    if file.path != _REPORT:
        return file
    rows = read_rows(folder, manifest, "redistributable")
    page = make_report(manifest, read_left_out(folder), [], rows, read_shortcuts(folder)).encode()
    return PublishedFile(file.path, len(page), page)


def _redistribution(corpus: CorpusManifest) -> str:
    return licence_rules(corpus.licence, corpus.redistribute)["redistribution"]


def _why_not(corpus: CorpusManifest) -> str:
    terms = f"{corpus.licence} ({corpus.licence_url})" if corpus.licence_url else corpus.licence
    said = "do not say whether it may be passed on"
    if corpus.redistribute is False:
        said = "do not let it be passed on"
    whose = "a spec of your own" if corpus.own_spec else "the shipped spec"
    return f"the terms of {corpus.name} {said}: {terms}, as {whose} has it"


def _find_paths(dataset: Path, manifest: Manifest) -> Iterator[str]:
    for corpus in manifest.corpora.values():
        yield from (shard.path for shard in corpus.shards)
    yield from (f"{PROTOCOLS}/{name}.parquet" for name in manifest.protocols)
    for name in (*manifest.corpora, "emotions"):
        if (dataset / SPECS / f"{name}.yaml").is_file():
            yield f"{SPECS}/{name}.yaml"
    yield from _ALWAYS
    yield from (name for name in _WHERE_MADE if (dataset / name).is_file())


def _order(path: str) -> tuple[int, str]:
    return (0 if path.startswith("data/") else 2 if path == "README.md" else 1), path
