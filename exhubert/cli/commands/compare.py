"""``exhubert compare``: which of several models is ahead, on the same utterances."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import add_paper_files, check_file, check_paper_files, local_path
from exhubert.cli.output import console
from pipeline.common.errors import UsageError
from pipeline.common.untrusted_text import printable

if TYPE_CHECKING:  # they bring scikit-learn with them
    from training.evaluation.compare import Comparison
    from training.evaluation.score_file import Evaluation


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scores",
        nargs="+",
        type=local_path,
        metavar="FILE.json",
        help="score files; the first is compared with each of the others",
    )
    parser.add_argument(
        "--common",
        action="store_true",
        help="compare on the utterances that all files have, and leave the others out",
    )
    parser.add_argument(
        "--output",
        type=local_path,
        metavar="FILE.json",
        help="write it to a file, too, and tables beside it: .md, .csv, .tex",
    )
    add_paper_files(parser, "all scores and differences", "them with their intervals")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def _run(args: argparse.Namespace) -> int:
    names = _names_to_compare(args)
    from training.evaluation.compare import common_utterances, compare
    from training.evaluation.score_file import read_scores

    evaluations = {name: read_scores(path) for name, path in zip(names, args.scores, strict=True)}
    if args.common:
        evaluations = common_utterances(evaluations)
    first = evaluations[names[0]]
    comparisons = [compare(first, evaluations[other], (names[0], other)) for other in names[1:]]
    text = json.dumps([result.to_dict() for result in comparisons], indent=2, ensure_ascii=False)
    written = _write(args, text, evaluations, comparisons)
    if args.json:
        print(printable(text))
        return 0
    _print(evaluations, comparisons)
    console.say_written(written)
    return 0


def _write(
    args: argparse.Namespace,
    text: str,
    evaluations: Mapping[str, "Evaluation"],
    comparisons: Sequence["Comparison"],
) -> list[Path]:
    """Writes what the options ask for, and names the files."""
    from exhubert.cli.output.paper_files import write_figures, write_tables
    from training.evaluation.tables.comparison import comparison_table

    table = comparison_table(evaluations, comparisons)
    written: list[Path] = []
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(text + "\n", encoding="utf-8")
        written = [args.output, *table.write(args.output.parent, args.output.stem)]
    written += write_tables({"scores": table}, args.table)
    if args.figure:
        from training.evaluation.figures.evaluation import comparison_forest

        forest = comparison_forest(evaluations, comparisons)
        written += write_figures({"forest": forest}, args.figure)
    return written


def _print(evaluations: Mapping[str, "Evaluation"], comparisons: Sequence["Comparison"]) -> None:
    from exhubert.cli.output.evaluation_tables import (
        comparison_table,
        conclusion,
        not_trained_on_remarks,
        remarks,
        systems_table,
    )

    console.OUT.print(systems_table(evaluations))
    for name, evaluation in evaluations.items():
        for remark in [*remarks(evaluation), *not_trained_on_remarks(evaluation)]:
            console.say(f"{name}: {remark}")
    for comparison in comparisons:
        pair = [evaluations[comparison.first], evaluations[comparison.second]]
        not_trained_on = {corpus for one in pair for corpus in one.not_trained_on or ()}
        console.OUT.print(comparison_table(comparison, not_trained_on))
        for line in conclusion(comparison):
            console.say(line)


def _names_to_compare(args: argparse.Namespace) -> list[str]:
    """What the score files are called, once it is known that there are such files."""
    if len(args.scores) < 2:
        raise UsageError(f"{args.scores[0]}: expected at least one more score file to compare with")
    if missing := [str(path) for path in args.scores if not path.is_file()]:
        raise UsageError(f"{', '.join(missing)}: no such file")
    if args.output:
        check_file("--output", args.output, [".json"])
    check_paper_files(args)
    return short_names(args.scores)


def short_names(paths: list[Path]) -> list[str]:
    """What score files are called in tables: their stems, or the whole paths where those clash.

    Raises:
        UsageError: A file is named twice.
    """
    if len(set(paths)) < len(paths):
        raise UsageError(f"score files named twice: {', '.join(map(str, paths))}")
    stems = [path.stem for path in paths]
    return stems if len(set(stems)) == len(stems) else [str(path) for path in paths]


COMPARE = Command(
    name="compare",
    summary="compare score files of the same utterances: paired bootstrap by speakers, McNemar",
    examples="""\
  exhubert compare scores/large.json scores/tiny.json
  exhubert compare scores/tiny.json scores/majority.json scores/egemaps.json
  exhubert compare scores/tiny.json scores/egemaps.json --table pair.tex --figure pair.pdf
  exhubert compare scores/all_corpora.json scores/emo_db.json --common
""",
    add_arguments=_add_arguments,
    run=_run,
)

COMMANDS = [COMPARE]
"""The commands of this module."""
