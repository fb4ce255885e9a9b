"""``exhubert report``: what a dataset holds, as a page and in the terminal."""

import argparse
import json

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.arguments.rows import add_with_audio
from exhubert.cli.output import console
from exhubert.cli.output.dataset_tables import print_manifest, print_runs
from pipeline.common.errors import DataError


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder, local or remote")
    add_with_audio(parser)
    parser.add_argument("--json", action="store_true", help="print manifest and runs as JSON")


def _run(args: argparse.Namespace) -> int:
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.report.page import report_path, write_report
    from pipeline.dataset.run_log import read_runs

    check_beam_options(args)
    manifest, runs = require_manifest(args.dataset), read_runs(args.dataset)
    try:
        page = write_report(args.dataset, manifest, args.with_audio, from_shards=True)
    except (OSError, DataError) as error:  # a dataset may be there to be read only
        reason = error.strerror if isinstance(error, OSError) else error
        console.complain(f"{report_path(args.dataset)}: can't be written: {reason}")
        page = None
    if args.json:
        content = {
            "report": page,
            "manifest": manifest.model_dump(mode="json"),
            "runs": [run.model_dump(mode="json") for run in runs],
        }
        console.emit(json.dumps(content, ensure_ascii=False))
    else:
        print_manifest(manifest, args.dataset)
        print_runs(runs)
        if page:
            console.say(f"report: {page}")
    return 0


COMMANDS = [
    Command(
        name="report",
        summary="what a dataset holds and how it came about: writes report.html anew, prints it",
        examples=("  exhubert report dataset\n  exhubert report gs://bucket/dataset --json"),
        add_arguments=_add_arguments,
        run=_run,
        passes_unknown=True,
        uses_stores=True,
    )
]
