"""``exhubert relabel``: changed label maps, applied to a dataset folder."""

import argparse
import sys

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import (
    add_shipped_specs,
    check_beam_options,
    find_kept_specs,
    tell_kept_specs,
)
from exhubert.cli.output import console
from exhubert.cli.output.dataset_tables import print_manifest
from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids


def _add_relabel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder")
    parser.add_argument(
        "--spec",
        action="extend",
        nargs="+",
        metavar="FILE",
        default=[],
        help="specs of corpora of your own, unless they are those that the dataset keeps",
    )
    add_shipped_specs(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_relabel(args: argparse.Namespace) -> int:
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.output_check import check_no_links
    from pipeline.dataset.relabel import relabel_dataset
    from pipeline.dataset.report.page import write_report
    from pipeline.dataset.run_log import count_corpora, record_run

    check_beam_options(args)
    own = {spec.id: spec for spec in load_specs([], args.spec)} if args.spec else {}
    before = require_manifest(args.dataset)
    present, kept = before.corpora, find_kept_specs(args, args.dataset, before)
    shipped = [corpus for corpus in present if corpus not in own]
    if unknown := sorted(set(shipped) - set(builtin_ids()) - kept.keys()):
        raise UsageError(
            f"{args.dataset} holds {', '.join(unknown)}, of which no spec is shipped: give --spec"
        )
    specs = {spec.id: spec for spec in load_specs(shipped, kept=kept)} if shipped else {}
    tell_kept_specs(kept, args.dataset)
    check_no_links(args.dataset)
    specs |= {corpus: spec for corpus, spec in own.items() if corpus in present}
    with record_run(args.dataset, args.line) as run:
        manifest, changed = relabel_dataset(args.dataset, specs, emotion_scheme())
        run.corpora = count_corpora(manifest, specs)
        run.status = 0
    write_report(args.dataset)
    for corpus, spec in specs.items():
        policy, now = present[corpus].split_policy, spec.splits.describe()
        if policy != now:
            print(
                f"corpus {corpus}: splits stay {policy}, though its spec now says {now}: splits "
                "are changed by exhubert build only",
                file=sys.stderr,
            )
    if args.json:
        console.emit(manifest.model_dump_json(indent=2))
    else:
        print_manifest(manifest, args.dataset)
        console.say(f"relabelled {changed:,} of {count(manifest.written, 'utterance')}")
    return 0


COMMANDS = [
    Command(
        "relabel",
        "apply changed label maps to a dataset; reads no corpus and decodes no audio",
        "  exhubert relabel dataset\n  exhubert relabel dataset --spec my_corpus.yaml",
        _add_relabel,
        _run_relabel,
        passes_unknown=True,
        uses_stores=True,
    ),
]
