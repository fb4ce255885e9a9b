"""``exhubert corpora get``: downloads open corpora, and says how to get the others."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.configuration import configured_data_roots
from exhubert.cli.arguments.paths import local_path
from exhubert.cli.arguments.spec_names import specs_named
from exhubert.cli.output import console, progress
from exhubert.cli.output.corpus_tables import print_obtained
from pipeline.common.errors import UsageError
from pipeline.sources.obtain import ObtainedFile, how_to_obtain, obtain_corpus


def _add_get(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpora", nargs="+", metavar="ID", help="corpora, or collections")
    parser.add_argument(
        "--data-root",
        type=local_path,
        metavar="DIR",
        help="where a folder is made for each corpus, named by its id (default: "
        "EXHUBERT_DATA_ROOT, or the first data_root of the configuration file)",
    )
    parser.add_argument(
        "--keep-archives",
        action="store_true",
        help="unpack nothing, not even archives that can't be read in place",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_get(args: argparse.Namespace) -> int:
    obtained: dict[str, list[ObtainedFile]] = {}
    missing = []
    data_root = args.data_root or _first_data_root()
    for spec in specs_named(args.corpora):
        if not spec.access.files:
            missing.append(spec)
            continue
        with progress.transfer(args.json) as show:
            folder = data_root / spec.id
            obtained[spec.id] = obtain_corpus(spec, folder, not args.keep_archives, show)
        print_obtained(spec.id, obtained[spec.id], args.json)
    if args.json:
        document = {
            corpus: [asdict(one.file) | {"unpacked": one.unpacked} for one in files]
            for corpus, files in obtained.items()
        }
        how = {spec.id: how_to_obtain(spec) for spec in missing}
        console.emit(json.dumps({"files": document, "not_fetched": how}, default=str))
    for spec in missing:
        console.complain(how_to_obtain(spec))
    return 1 if missing else 0


def _first_data_root() -> Path:
    """The local folder into which corpora are fetched without an option."""
    data_roots = configured_data_roots()
    if not data_roots.folders:
        raise UsageError("give --data-root, the folder that is to hold each corpus")
    console.complain(f"data root {data_roots.folders[0]}: {data_roots.source}")
    return local_path(data_roots.folders[0])


COMMANDS = [
    Command(
        "corpora get",
        "download open corpora whose files are known; for others, say whom to ask",
        "  exhubert corpora get emns --data-root corpora\n"
        "  exhubert corpora get @emobox --data-root corpora",
        _add_get,
        _run_get,
    ),
]
