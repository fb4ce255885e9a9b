"""``exhubert publish``: a dataset on the Hugging Face hub."""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import local_path
from exhubert.cli.output import console, progress
from pipeline.common.count import count

if TYPE_CHECKING:
    from pipeline.dataset.manifest import Manifest
    from pipeline.dataset.publication import PublishedFile

_MB = 1e6


def repository_name(text: str) -> str:
    """The name of a repository, with its owner.

    >>> repository_name("lab/emotions")
    'lab/emotions'
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"expected OWNER/NAME, found {text!r}")
    return text


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=local_path, metavar="DATASET", help="a dataset folder")
    parser.add_argument(
        "repository", type=repository_name, metavar="OWNER/NAME", help="where to, on the hub"
    )
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    parser.add_argument(
        "--dry-run", action="store_true", help="list files, sizes and terms, and send nothing"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run(args: argparse.Namespace) -> int:
    from pipeline.dataset.publication import plan_publication

    manifest, files = plan_publication(args.dataset)
    document = {
        "repository": args.repository,
        "title": manifest.title,
        "version": manifest.version,
        "bytes": sum(file.size for file in files),
        "files": [{"path": file.path, "bytes": file.size} for file in files],
        "terms": {kind: asdict(term) for kind, term in manifest.terms.items()},
    }
    if args.dry_run:
        if args.json:
            console.emit(json.dumps(document, ensure_ascii=False))
        else:
            _print_plan(manifest, files, args.repository)
        return 0
    from pipeline.exports.hub import publish

    sent, total = 0, sum(file.size for file in files)
    with progress.transfer(quiet=args.json) as show:

        def advance(more: int) -> None:
            nonlocal sent
            sent += more
            show(args.repository, sent, total)

        show(args.repository, 0, total)
        made = publish(
            args.dataset, files, args.repository, manifest.version, args.private, advance
        )
    if args.json:
        console.emit(json.dumps(document | asdict(made), ensure_ascii=False))
    else:
        _print_terms(manifest)
        console.say(
            f"{'published' if made.changed else 'unchanged:'} {count(len(files), 'file')}, "
            f"{total / _MB:,.1f} MB, as v{manifest.version}: {made.address}"
        )
    if made.tag is None:
        console.complain(
            f"warning: v{manifest.version} is the tag of another commit, with other content: give "
            "the dataset a version of its own, exhubert build --dataset-version …"
        )
    return 0


def _print_plan(manifest: "Manifest", files: "Sequence[PublishedFile]", repository: str) -> None:
    for file in files:
        console.say(f"{file.size:>15,}  {file.path}")
    _print_terms(manifest)
    size = sum(file.size for file in files) / _MB
    console.say(
        f"{manifest.title}, version {manifest.version}: {count(len(files), 'file')}, "
        f"{size:,.1f} MB, would go to {repository}; nothing was sent"
    )


def _print_terms(manifest: "Manifest") -> None:
    for term in manifest.terms.values():
        because = f" ({', '.join(term.corpora)})" if term.corpora else ""
        console.say(f"terms: {term.words}{because}")


COMMANDS = [
    Command(
        name="publish",
        summary="a dataset on the Hugging Face hub, where its terms allow that",
        examples="""\
  exhubert publish dataset lab/emotions --dry-run
  exhubert publish dataset lab/emotions --private
Log in first, with `hf auth login` or the variable HF_TOKEN. An interrupted upload is resumed by the
same command. HF_ENDPOINT names another server that speaks as the hub does.
""",
        add_arguments=_add_arguments,
        run=_run,
    )
]
