"""Which corpora a command line means, and where they lie."""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from exhubert.cli.arguments.configuration import DataRoots
from exhubert.cli.arguments.data_roots import (
    add_data_root,
    check_data_roots,
    find_folders,
    is_folder,
    read_data_roots,
    tell_passed_over,
)
from pipeline.common.errors import DataError, UsageError
from pipeline.common.suggest import suggest
from pipeline.sources.folder_description import describe_files
from pipeline.sources.listing import list_files
from pipeline.specs.collections import ChosenCorpora, choose_corpora
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import load_own_specs, load_specs
from pipeline.specs.shipped import builtin_ids
from pipeline.specs.yaml_reader import SpecError
from pipeline.storage.files import join

if TYPE_CHECKING:  # brings pyarrow
    from pipeline.dataset.manifest import Manifest


def add_corpora(parser: argparse.ArgumentParser) -> None:
    """Adds ``--data-root``, ``--corpora``, ``--spec`` and ``--root``."""
    group = parser.add_argument_group("which corpora, and where they lie")
    add_data_root(group)
    group.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        metavar="ID",
        default=[],
        help="only these corpora, or collections such as @emobox (default: every corpus that has "
        "a folder in a data root)",
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
        help="folder of a corpus that is in no data root",
    )


def add_shipped_specs(parser: argparse.ArgumentParser) -> None:
    """Adds ``--shipped-specs``."""
    parser.add_argument(
        "--shipped-specs",
        action="store_true",
        help="use the shipped specs even if the dataset was built by your own specs, which it "
        "keeps and which are used otherwise",
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
        SpecError: There is no such corpus, or a file is no spec.
        DataError: The store of a root can't be used.
    """
    roots = dict(_parse_root(root) for root in args.root)
    own = load_own_specs(args.spec)
    known = {*builtin_ids(), *kept, *own}
    chosen = _choose(args.corpora, known)
    named = {*chosen.named, *roots, *own}
    for corpus in sorted(named - known):
        raise unknown_corpus(corpus, known)
    data_roots = read_data_roots(args)
    # What the environment or a file names says where corpora lie, not which of them are meant.
    meant = data_roots.by_option or (data_roots.folders and not named)
    whole_root = bool(meant) and not args.corpora
    wanted = known if whole_root else {*chosen.corpora, *named}
    there = _locate(data_roots, roots, wanted, require_folder)
    if require_folder and whole_root:
        tell_passed_over(data_roots, wanted, getattr(args, "output", None))
    for corpus in sorted(named - there.keys()):
        raise UsageError(_no_folder(corpus, roots, data_roots))
    if without_folder := [one for one in chosen.corpora if one not in there]:
        print(f"no folder, so passed over: {', '.join(without_folder)}", file=sys.stderr)
    if not there:
        raise UsageError(_none_found(data_roots, known))
    ids = [corpus for corpus in there if corpus not in own]
    shipped = load_specs(ids, kept=kept) if ids else []
    specs = {spec.id: spec for spec in shipped} | own
    return [(specs[corpus], root) for corpus, root in sorted(there.items())]


def _choose(names: Sequence[str], known: Collection[str]) -> ChosenCorpora:
    """The corpora that ``--corpora`` names; prints those that are unknown."""
    for corpus in names:
        if "," in corpus:
            apart = " ".join(corpus.split(","))
            raise UsageError(f"--corpora {corpus}: separate names by blanks: --corpora {apart}")
    chosen = choose_corpora(names, known)
    tell_lacking(chosen)
    return chosen


def _locate(
    data_roots: DataRoots, roots: Mapping[str, str], wanted: set[str], require_folder: bool
) -> dict[str, str]:
    """Corpus → its folder; where it would be if folders are not looked for."""
    sought = sorted(wanted - roots.keys())
    if not require_folder:
        first = data_roots.folders[:1]
        return {corpus: join(root, corpus) for root in first for corpus in sought} | dict(roots)
    if sought:
        check_data_roots(data_roots)
    given = {corpus: root for corpus, root in roots.items() if is_folder(root)}
    return find_folders(data_roots, sought) | given


def _no_folder(corpus: str, roots: Mapping[str, str], data_roots: DataRoots) -> str:
    """What to say of a corpus that is named and not there."""
    places = [join(root, corpus) for root in data_roots.folders] or [corpus]
    return (
        f"corpus {corpus}: no folder {roots.get(corpus) or ' or '.join(places)}; give "
        f"--root {corpus}=DIR, or a --data-root that holds a folder called {corpus}"
    )


def _none_found(data_roots: DataRoots, known: Collection[str]) -> str:
    """What to say where no corpus is named and none is found."""
    where = " ".join(["in", data_roots.source, *data_roots.folders])
    expected = "folders named by corpus id (`exhubert corpora list` shows all), or --root ID=DIR"
    names = {PurePosixPath(folder).name.lower(): folder for folder in data_roots.folders}
    themselves = " ".join(f"{id_}={names[id_]}" for id_ in sorted(names.keys() & known))
    hint = f"; for the folder of one corpus: --root {themselves}" if themselves else ""
    found = where if data_roots.folders else "without --data-root"
    return f"no corpus found {found}: expected {expected}{hint}"


def unknown_corpus(corpus: str, known: Collection[str]) -> SpecError:
    """The error for an id that no spec has; suggests a near one.

    Args:
        corpus: As it was spelt.
        known: Ids that would have been right, those of the user's own specs included.
    """
    return SpecError(
        f"no corpus called {corpus!r}{suggest(corpus, known, otherwise='.')} `exhubert corpora "
        "list` shows all; a spec of your own is given as a file: FILE.yaml, or --spec FILE.yaml "
        "where there is that option."
    )


def tell_lacking(chosen: ChosenCorpora) -> None:
    """Says which corpora of collections no spec describes."""
    for name, corpora in chosen.lacking.items():
        print(f"{name}: no spec of {', '.join(corpora)}; passed over", file=sys.stderr)


def no_clips_message(spec: CorpusSpec, root: str) -> str:
    """Message for a corpus without a clip in its folder, and what is there instead."""
    try:
        found = f"; {describe_files(list_files(root))}"
    except DataError:
        found = ""
    return f"corpus {spec.id}: no clip below {root}: expected {' or '.join(spec.audio)}{found}"


def check_beam_options(args: argparse.Namespace) -> None:
    """Refuses unknown options, but for those of Beam that a build takes.

    Raises:
        UsageError: Beam has no such option, either.
    """
    if args.unknown:
        from pipeline.running.beam_options import parse_options

        parse_options(args.unknown)


def _parse_root(text: str) -> tuple[str, str]:
    corpus, equals, folder = text.partition("=")
    if not equals or not folder:
        raise UsageError(f"--root {text}: expected ID=DIR, as in --root emo_db=/data/emodb")
    return corpus, folder
