"""``exhubert corpora``: what can be read, on what terms, and whether specs are valid."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.configuration import configured_data_roots
from exhubert.cli.arguments.corpora import tell_lacking
from exhubert.cli.arguments.data_roots import corpus_folders
from exhubert.cli.arguments.local_paths import local_path
from exhubert.cli.arguments.output_paths import check_file
from exhubert.cli.output import console, progress
from exhubert.cli.output.corpus_tables import (
    GROUPINGS,
    print_collections,
    print_corpora,
    print_obtained,
)
from exhubert.cli.output.dataset_tables import print_corpus, print_emotions, print_label_map
from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.labels import label_map
from pipeline.sources.obtain import ObtainedFile, how_to_obtain, obtain_corpus
from pipeline.specs.collections import choose_corpora, collections_of, load_collections
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec, load_specs
from pipeline.specs.shipped import builtin_ids
from pipeline.specs.spec_filter import SpecFilter
from pipeline.specs.spec_types import Access
from pipeline.specs.yaml_reader import SpecError
from pipeline.storage import is_remote

_WAYS: tuple[str, ...] = get_args(Access.model_fields["how"].annotation)
"""How corpora are given out."""


def _load(names: Sequence[str]) -> list[CorpusSpec]:
    """Specs that are named by id, by collection or by file."""
    own = [name for name in names if name.endswith((".yaml", ".yml"))]
    chosen = choose_corpora([name for name in names if name not in own], builtin_ids())
    tell_lacking(chosen)
    return load_specs(chosen.corpora, own)


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
        help=f"corpora that are given out so: {', '.join(_WAYS)}",
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
        told = {name: one.model_dump(mode="json") for name, one in collections.items()}
        console.emit(json.dumps(told, ensure_ascii=False))
    else:
        print_collections(collections, builtin_ids())
    return 0


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of a shipped corpus, or a spec file")
    _add_json(parser)


def _run_show(args: argparse.Namespace) -> int:
    (spec,) = _load([args.corpus])
    if args.json:
        console.emit(spec.model_dump_json(indent=2))
    else:
        print_corpus(spec, emotion_scheme())
    return 0


def _add_get(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpora", nargs="+", metavar="ID", help="corpora, or collections")
    parser.add_argument(
        "--data-root",
        type=local_path,
        metavar="DIR",
        help="where a folder is made for each corpus, called by its id (default: "
        "EXHUBERT_DATA_ROOT, or the first data_root of the configuration file)",
    )
    parser.add_argument(
        "--keep-archives",
        action="store_true",
        help="unpack nothing, not even archives that can't be read in place",
    )
    _add_json(parser)


def _first_data_root() -> Path:
    """The folder of this machine into which corpora are fetched if no option says so."""
    data_roots = configured_data_roots()
    if not data_roots.folders:
        raise UsageError("give --data-root, the folder that is to hold each corpus")
    console.complain(f"data root {data_roots.folders[0]}: {data_roots.source}")
    return local_path(data_roots.folders[0])


def _run_get(args: argparse.Namespace) -> int:
    obtained: dict[str, list[ObtainedFile]] = {}
    missing = []
    data_root = args.data_root or _first_data_root()
    for spec in _load(args.corpora):
        if not spec.access.files:
            missing.append(spec)
            continue
        with progress.transfer(args.json) as show:
            folder = data_root / spec.id
            obtained[spec.id] = obtain_corpus(spec, folder, not args.keep_archives, show)
        print_obtained(spec.id, obtained[spec.id], args.json)
    if args.json:
        told = {
            corpus: [asdict(one.file) | {"unpacked": one.unpacked} for one in files]
            for corpus, files in obtained.items()
        }
        how = {spec.id: how_to_obtain(spec) for spec in missing}
        console.emit(json.dumps({"files": told, "not_fetched": how}, default=str))
    for spec in missing:
        console.complain(how_to_obtain(spec))
    return 1 if missing else 0


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="spec files, or shipped ids")


def _run_validate(args: argparse.Namespace) -> int:
    from pipeline.checks.spec_examples import check_examples  # reads tables, with pyarrow

    faults = 0
    for name in args.files:
        try:
            spec = load_specs([name])[0] if name in builtin_ids() else load_spec(name)
            problems = check_examples(spec, emotion_scheme())
        except SpecError as error:
            problems = str(error).splitlines()
        else:
            if not problems:
                examples = count(len(spec.examples), "example gives", "examples give")
                print(f"{name}: fine, {examples} what they state")
        faults += len(problems)
        for problem in problems:
            console.complain(problem)
    return 2 if faults else 0


def _add_map(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpora", nargs="*", metavar="ID", help="only these, by id or spec file")
    _add_json(parser)


def _run_map(args: argparse.Namespace) -> int:
    scheme = emotion_scheme()
    lines = [line for spec in _load(args.corpora) for line in label_map(spec, scheme)]
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


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of the corpus to be: a-z, 0-9 and _")
    parser.add_argument(
        "--from", dest="folder", required=True, metavar="DIR", help="where the corpus lies"
    )
    parser.add_argument(
        "--output",
        type=local_path,
        metavar="FILE",
        help="write the draft there, not to stdout",
    )


def _run_new(args: argparse.Namespace) -> int:
    if not args.output:
        print(_draft(args), end="")
        return 0
    file: Path = args.output
    check_file("--output", file, [".yaml", ".yml"])
    if file.exists():
        raise UsageError(f"{file}: is there already; a draft never replaces a spec")
    draft = _draft(args)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draft, encoding="utf-8")
    console.say(f"{file}: a draft; correct it, then: exhubert corpora validate {file}")
    return 0


def _draft(args: argparse.Namespace) -> str:
    if not is_remote(args.folder) and not Path(args.folder).is_dir():
        what = "is a file; expected a folder" if Path(args.folder).exists() else "no such folder"
        raise UsageError(f"--from {args.folder}: {what}")
    from pipeline.drafting.draft_spec import draft_folder  # brings pyarrow

    return draft_folder(args.corpus, args.folder)


def _run_schema(args: argparse.Namespace) -> int:
    console.emit(json.dumps(CorpusSpec.model_json_schema(), indent=2))
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
        "corpora get",
        "download open corpora whose files are known; of others, say whom to ask",
        "  exhubert corpora get emns --data-root corpora\n"
        "  exhubert corpora get @emobox --data-root corpora",
        _add_get,
        _run_get,
    ),
    Command(
        "corpora show",
        "show one corpus: layout, labels, splits, terms, quirks",
        "  exhubert corpora show emo_db\n  exhubert corpora show my_corpus.yaml --json",
        _add_show,
        _run_show,
    ),
    Command(
        "corpora validate",
        "check spec files and run their examples",
        "  exhubert corpora validate my_corpus.yaml",
        _add_validate,
        _run_validate,
    ),
    Command(
        "corpora map",
        "print the label map: native code, meaning, category, class, and on whose word",
        "  exhubert corpora map\n  exhubert corpora map emo_db my_corpus.yaml",
        _add_map,
        _run_map,
    ),
    Command(
        "corpora emotions",
        "list the categories that all corpora share: class, and on whose word",
        "  exhubert corpora emotions",
        _add_json,
        _run_emotions,
    ),
    Command(
        "corpora new",
        "draft a spec from a folder: a pattern for its names, and the codes to be mapped",
        "  exhubert corpora new my_corpus --from recordings > my_corpus.yaml",
        _add_new,
        _run_new,
    ),
    Command(
        "corpora schema",
        "print the JSON Schema of spec files, for editors",
        "  exhubert corpora schema > corpus.schema.json",
        lambda parser: None,
        _run_schema,
    ),
]
