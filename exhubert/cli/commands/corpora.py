"""``exhubert corpora list``, ``show`` and so on: what can be read, and what its labels mean."""

import argparse
import json
from dataclasses import asdict
from typing import get_args

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.configuration import configured_data_roots
from exhubert.cli.arguments.corpora import tell_lacking
from exhubert.cli.arguments.data_roots import corpus_folders
from exhubert.cli.arguments.spec_names import specs_named
from exhubert.cli.output import console
from exhubert.cli.output.corpus_tables import GROUPINGS, print_collections, print_corpora
from exhubert.cli.output.spec_tables import print_corpus, print_emotions, print_label_map
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.labels import label_map
from pipeline.specs.collections import choose_corpora, collections_of, load_collections
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids
from pipeline.specs.spec_filter import SpecFilter
from pipeline.specs.spec_types import Access

_WAYS: tuple[str, ...] = get_args(Access.model_fields["how"].annotation)
"""How corpora are given out."""


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language",
        action="extend",
        nargs="+",
        default=[],
        metavar="TAG",
        help="corpora in these languages, such as de or en-US",
    )
    parser.add_argument(
        "--access",
        action="extend",
        nargs="+",
        default=[],
        metavar="HOW",
        help=f"corpora with this access: {', '.join(_WAYS)}",
    )
    parser.add_argument(
        "--redistributable",
        action="store_true",
        help="corpora whose terms allow a dataset to be passed on",
    )
    parser.add_argument(
        "--collection",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="corpora of these collections, such as emobox (exhubert corpora collections)",
    )
    parser.add_argument(
        "--available",
        nargs="?",
        const="",
        metavar="DIR",
        help="corpora that have a folder in this data root, or in those of the configuration",
    )
    parser.add_argument(
        "--group-by", choices=GROUPINGS, help="a table for each language, access, …"
    )
    _add_json(parser)


def _run_list(args: argparse.Namespace) -> int:
    if unknown := [how for how in args.access if how not in _WAYS]:
        hint = suggest(unknown[0], _WAYS, otherwise=f"; expected {', '.join(_WAYS)}")
        raise UsageError(f"--access {unknown[0]}: no such way{hint}")
    chosen = SpecFilter(
        args.language,
        args.access,
        args.redistributable,
        args.collection,
        None if args.available is None else _available(args.available),
    )
    specs = chosen.select(load_specs())
    for name in args.collection:
        tell_lacking(choose_corpora([f"@{name.removeprefix('@')}"], builtin_ids()))
    if args.json:
        shown = [
            spec.model_dump(mode="json") | {"collections": collections_of(spec.id)}
            for spec in specs
        ]
        console.emit(json.dumps(shown, ensure_ascii=False))
    elif not specs:
        console.say("no corpus fits")
    else:
        print_corpora(specs, args.group_by)
    return 0


def _available(data_root: str) -> list[str]:
    """Ids of the corpora that lie in a data root, or else in those of the configuration."""
    roots = (data_root,) if data_root else configured_data_roots().folders
    if not roots:
        raise UsageError("--available: no data root; give one, as in --available corpora")
    return corpus_folders(roots, builtin_ids())


def _run_collections(args: argparse.Namespace) -> int:
    collections = load_collections()
    if args.json:
        document = {name: one.model_dump(mode="json") for name, one in collections.items()}
        console.emit(json.dumps(document, ensure_ascii=False))
    else:
        print_collections(collections, builtin_ids())
    return 0


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of a shipped corpus, or a spec file")
    _add_json(parser)


def _run_show(args: argparse.Namespace) -> int:
    (spec,) = specs_named([args.corpus])
    if args.json:
        console.emit(spec.model_dump_json(indent=2))
    else:
        print_corpus(spec, emotion_scheme())
    return 0


def _add_map(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpora", nargs="*", metavar="ID", help="only these, by id or spec file")
    _add_json(parser)


def _run_map(args: argparse.Namespace) -> int:
    scheme = emotion_scheme()
    lines = [line for spec in specs_named(args.corpora) for line in label_map(spec, scheme)]
    if args.json:
        console.emit(json.dumps([asdict(line) for line in lines], ensure_ascii=False))
    else:
        print_label_map(lines, scheme)
    return 0


def _run_emotions(args: argparse.Namespace) -> int:
    scheme = emotion_scheme()
    if args.json:
        shown = scheme.model_dump(mode="json", by_alias=True)["emotions"]
        console.emit(json.dumps(shown, ensure_ascii=False))
    else:
        print_emotions(scheme)
    return 0


COMMANDS = [
    Command(
        "corpora list",
        "list the corpora that exhubert can read, and how to obtain them",
        "  exhubert corpora list\n"
        "  exhubert corpora list --language de pl --access open --redistributable\n"
        "  exhubert corpora list --collection emobox --available corpora --group-by language",
        _add_list,
        _run_list,
    ),
    Command(
        "corpora collections",
        "list collections: corpora that benchmarks use together, named @emobox and so on",
        "  exhubert corpora collections\n  exhubert check --data-root corpora --corpora @emobox",
        _add_json,
        _run_collections,
    ),
    Command(
        "corpora show",
        "show one corpus: layout, labels, splits, terms, quirks",
        "  exhubert corpora show emo_db\n  exhubert corpora show my_corpus.yaml --json",
        _add_show,
        _run_show,
    ),
    Command(
        "corpora map",
        "print the label map: native code, meaning, category, class, and the source of each",
        "  exhubert corpora map\n  exhubert corpora map emo_db my_corpus.yaml",
        _add_map,
        _run_map,
    ),
    Command(
        "corpora emotions",
        "list the categories that all corpora share: class, and the source of each",
        "  exhubert corpora emotions",
        _add_json,
        _run_emotions,
    ),
]
