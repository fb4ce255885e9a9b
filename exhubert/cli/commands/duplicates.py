"""``exhubert duplicates``: near-duplicates, conflicting labels and one person under two ids."""

import argparse

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.output import console, progress
from exhubert.cli.output.finding_tables import print_findings
from pipeline.specs.emotion_scheme import emotion_scheme


def _add_duplicates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder, local or remote")
    parser.add_argument(
        "--join-speakers",
        action="store_true",
        help="treat speakers who share most of their clips as one person, too: their clips leave "
        "train, or validation, if the other's are in test",
    )
    parser.add_argument("--json", action="store_true", help="print the manifest as JSON")


def _run_duplicates(args: argparse.Namespace) -> int:
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.output_check import check_no_links
    from pipeline.dataset.report.page import write_report
    from pipeline.dataset.run_log import count_corpora, record_run
    from pipeline.dataset.search_duplicates import search_duplicates

    check_beam_options(args)
    clips = require_manifest(args.dataset).written
    check_no_links(args.dataset)
    with (
        record_run(args.dataset, args.line) as run,
        progress.counter("clips compared", args.json, clips) as advance,
    ):
        manifest = search_duplicates(args.dataset, emotion_scheme(), args.join_speakers, advance)
        run.corpora = count_corpora(manifest, manifest.corpora)
        run.status = 0
    write_report(args.dataset, manifest)
    if args.json:
        console.emit(manifest.model_dump_json(indent=2))
    else:
        print_findings(manifest)
    return 0


COMMANDS = [
    Command(
        "duplicates",
        "find the same recording in other codecs, levels and trims; keep it out of two splits",
        "  exhubert duplicates dataset\n  exhubert duplicates dataset --join-speakers",
        _add_duplicates,
        _run_duplicates,
        passes_unknown=True,
        uses_stores=True,
    ),
]
