"""Which corpora a command line means, and where they lie."""

import argparse
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.common.errors import DataError, UsageError
from pipeline.common.foreign_text import printable
from pipeline.common.suggest import suggest
from pipeline.sources.contents import describe_files
from pipeline.sources.listing import is_ignored_name, list_files
from pipeline.specs.collections import ChosenCorpora, choose_corpora
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import load_own_specs, load_specs
from pipeline.specs.shipped import builtin_file, builtin_ids
from pipeline.storage import is_remote, open_store
from pipeline.storage.files import map_files

if TYPE_CHECKING:  # brings pyarrow
    from pipeline.dataset.manifest import Manifest

_MOST_PASSED = 8  # folders that are named


def add_corpora(parser: argparse.ArgumentParser) -> None:
    """Adds ``--data-root``, ``--corpora``, ``--spec`` and ``--root``."""
    group = parser.add_argument_group("which corpora, and where they lie")
    group.add_argument(
        "--data-root",
        metavar="DIR",
        help="folder (or gs://, s3:// URL) that holds each corpus in a folder named by its id",
    )
    group.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        metavar="ID",
        default=[],
        help="only these corpora, or collections such as @emobox (default: every corpus that has "
        "a folder in --data-root)",
    )
    group.add_argument(
        "--spec",
        action="extend",
        nargs="+",
        metavar="FILE",
        default=[],
        help="specs of corpora of your own; one with a shipped id replaces the shipped spec",
    )
    group.add_argument(
        "--root",
        action="extend",
        nargs="+",
        metavar="ID=DIR",
        default=[],
        help="where a corpus lies, if not in --data-root",
    )


def add_shipped_specs(parser: argparse.ArgumentParser) -> None:
    """Adds ``--shipped-specs``."""
    parser.add_argument(
        "--shipped-specs",
        action="store_true",
        help="go by the shipped specs even where the dataset was built by specs of your own, which "
        "it keeps and which are used otherwise",
    )


def find_kept_specs(
    args: argparse.Namespace, output: str, manifest: "Manifest | None"
) -> dict[str, CorpusSpec]:
    """Users' own specs that a dataset keeps and the command line does not replace, by corpus."""
    from pipeline.dataset.kept_specs import read_kept_specs

    if args.shipped_specs:
        return {}
    return read_kept_specs(output, manifest, load_own_specs(args.spec).keys())


def tell_kept_specs(corpora: Collection[str], output: str) -> None:
    """Says which corpora are read by specs that the dataset keeps."""
    for corpus in sorted(corpora):
        print(
            f"corpus {corpus}: by your own spec of the last build, {output}/specs/{corpus}.yaml; "
            "--spec FILE gives another, --shipped-specs that of this release",
            file=sys.stderr,
        )


def find_corpora(
    args: argparse.Namespace,
    require_folder: bool = True,
    kept: Mapping[str, CorpusSpec] = MappingProxyType({}),
) -> list[tuple[CorpusSpec, str]]:
    """Specs and roots of the corpora that the command line names.

    Args:
        args: The command line.
        require_folder: Whether a corpus must have a folder; asks the stores.
        kept: Specs, by id, that stand in for the shipped ones or beside them.

    Raises:
        UsageError: No corpus is named, or one that is named has no folder.
        DataError: The store of a root can't be used.
    """
    roots = dict(_parse_root(root) for root in args.root)
    for corpus in args.corpora:
        if "," in corpus:
            names = " ".join(corpus.split(","))
            raise UsageError(f"--corpora {corpus}: separate names by blanks: --corpora {names}")
    own = load_own_specs(args.spec)
    known = {*builtin_ids(), *kept, *own}
    chosen = choose_corpora(args.corpora, known)
    tell_lacking(chosen)
    named = {*chosen.named, *roots, *own}
    for corpus in sorted(named - known):
        builtin_file(corpus)  # says which ids there are
    whole_root = args.data_root and not args.corpora
    wanted = known if whole_root else {*chosen.corpora, *named}
    if require_folder and args.data_root and not is_remote(args.data_root):
        if not Path(args.data_root).is_dir():
            raise UsageError(f"--data-root {args.data_root}: no such folder")
        if whole_root:
            _tell_passed_over(args, wanted)
    places = {
        corpus: roots.get(corpus)
        or (args.data_root and f"{args.data_root.rstrip('/')}/{corpus}")
        or ""
        for corpus in sorted(wanted)
    }
    there = _that_are_there(args.data_root or "", places) if require_folder else places
    for corpus in sorted(named - there.keys()):
        raise UsageError(
            f"corpus {corpus}: no folder {places[corpus] or corpus}; give --root {corpus}=DIR, or "
            f"a --data-root that holds a folder called {corpus}"
        )
    if without_folder := [one for one in chosen.corpora if one not in there]:
        print(f"no folder, so passed over: {', '.join(without_folder)}", file=sys.stderr)
    if not there:
        where = f"in --data-root {args.data_root}" if args.data_root else "without --data-root"
        raise UsageError(
            f"no corpus found {where}: expected folders named by corpus id "
            f"({', '.join(builtin_ids())}), or --root ID=DIR"
        )
    ids = [corpus for corpus in there if corpus not in own]
    shipped = load_specs(ids, kept=kept) if ids else []
    specs = {spec.id: spec for spec in shipped} | own
    return [(specs[corpus], root) for corpus, root in there.items()]


def _that_are_there(data_root: str, places: Mapping[str, str]) -> dict[str, str]:
    """Those corpora whose folder is there; a store is asked for several at a time."""
    asked = [(corpus, place) for corpus, place in places.items() if place]
    found = map_files(data_root, _is_folder, [place for _, place in asked])
    return {
        corpus: place for (corpus, place), is_there in zip(asked, found, strict=True) if is_there
    }


def tell_lacking(chosen: ChosenCorpora) -> None:
    """Says which corpora of collections no spec describes."""
    for name, corpora in chosen.lacking.items():
        print(f"{name}: no spec of {', '.join(corpora)}; passed over", file=sys.stderr)


def no_clips_message(spec: CorpusSpec, root: str) -> str:
    """What to say of a corpus in whose folder no clip was found, and what lies there instead."""
    try:
        found = f"; {describe_files(list_files(root))}"
    except DataError:
        found = ""
    return f"corpus {spec.id}: no clip below {root}: expected {' or '.join(spec.audio)}{found}"


def corpus_folders(data_root: str, corpora: Collection[str]) -> list[str]:
    """Ids of the corpora that have a folder in a local data root.

    Raises:
        UsageError: There is no such folder.
    """
    if not Path(data_root).is_dir():
        raise UsageError(f"{data_root}: no such folder; expected a data root on this machine")
    there = {path.name for path in Path(data_root).iterdir() if path.is_dir()}
    return sorted(there & set(corpora))


def check_beam_options(args: argparse.Namespace) -> None:
    """Refuses options that nobody knows; those of Beam that a build takes may stand here, too.

    Raises:
        UsageError: Beam has no such option, either.
    """
    if args.unknown:
        from pipeline.running.beam_options import parse_options

        parse_options(args.unknown)


def passed_over(data_root: str, corpora: Collection[str], output: str | None = None) -> list[str]:
    """What to say of folders of a local data root that are called like no corpus.

    Args:
        data_root: The folder.
        corpora: Ids of all corpora that it may hold.
        output: The dataset folder, which may lie there, too.
    """
    folders = [path for path in sorted(Path(data_root).iterdir()) if path.is_dir()]
    strange = [
        path for path in folders if path.name not in corpora and not is_ignored_name(path.name)
    ]
    target = Path(output).resolve() if output else None
    return [
        f"passed over: {path.name} (no corpus of that id{suggest(path.name, corpora)})"
        for path in strange
        if path.resolve() != target
    ]


def _tell_passed_over(args: argparse.Namespace, corpora: Collection[str]) -> None:
    lines = passed_over(args.data_root, corpora, getattr(args, "output", None))
    for line in lines[:_MOST_PASSED]:
        print(printable(line), file=sys.stderr)
    if len(lines) > _MOST_PASSED:
        print(f"passed over: {len(lines) - _MOST_PASSED:,} more folders", file=sys.stderr)


def _is_folder(root: str) -> bool:
    if not is_remote(root):
        return Path(root).is_dir()
    try:
        return next(open_store(root).list(root), None) is not None
    except OSError as error:
        raise DataError(f"{root}: can't be listed: {error}") from None


def _parse_root(text: str) -> tuple[str, str]:
    corpus, equals, folder = text.partition("=")
    if not equals or not folder:
        raise UsageError(f"--root {text}: expected ID=DIR, as in --root emo_db=/data/emodb")
    return corpus, folder
