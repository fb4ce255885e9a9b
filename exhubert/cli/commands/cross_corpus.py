"""``exhubert matrix``: models and baselines across corpora."""

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import (
    add_paper_files,
    check_folder,
    check_paper_files,
    local_path,
)
from exhubert.cli.output import console
from pipeline.common.errors import UsageError
from pipeline.common.untrusted_text import printable
from training.config.recipe import Recipe, load_recipe
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT, MODES

if TYPE_CHECKING:  # it brings torch with it
    from training.data.label_sets import LabelSet
    from training.evaluation.cross_corpus import CrossCorpusMatrix
    from training.evaluation.systems import System

FittedKind = Literal["majority", "egemaps"]
"""Baselines that are fitted for every row; a probe is not."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, metavar="DATASET", help="dataset folder or URL")
    parser.add_argument(
        "--output",
        required=True,
        type=local_path,
        metavar="DIR",
        help="folder for rows, JSON and page",
    )
    parser.add_argument("--mode", choices=MODES, default=LEAVE_ONE_OUT, help="default: %(default)s")
    parser.add_argument("--config", metavar="NAME|FILE", help="recipe of a model to train")
    parser.add_argument(
        "--baseline",
        default="",
        metavar="KIND,…",
        help="baselines to fit, too: majority, egemaps",
    )
    parser.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        default=[],
        metavar="ID",
        help="corpora of the matrix, or collections such as @serab (default: the recipe's, else "
        "all of the dataset)",
    )
    parser.add_argument(
        "--labels",
        metavar="SET|FILE",
        help="classes: six, categories, four or emobox, or a YAML file with lines such as "
        "`excitement: happiness` (default: the recipe's, else six)",
    )
    parser.add_argument(
        "--split",
        help="what is scored (default: test; whole corpora (all) where they are left out)",
    )
    parser.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        metavar="key=value",
        dest="overrides",
        help="settings that replace the recipe's",
    )
    add_paper_files(parser, "the matrix", "its heat map")
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON")


def _run(args: argparse.Namespace) -> int:
    check_folder("--output", args.output)
    check_paper_files(args)
    recipe = _recipe(args)
    kinds = _baseline_kinds(args)
    if not (recipe or kinds):
        raise UsageError("nothing to run: give --config, --baseline or both")
    from training.evaluation.cross_corpus import run_cross_corpus

    console.quieten_transformers()
    out = console.ERR if args.json else console.OUT
    matrix = run_cross_corpus(
        _systems(recipe, kinds),
        args.data,
        args.output,
        args.mode,
        args.corpora or (recipe.data.corpora if recipe else ()),
        args.split,
        out,
        out.print,
        _label_set(args, recipe),
        recipe.data.exclude_corpora if recipe else (),
    )
    _show(args, matrix)
    return 0


def _show(args: argparse.Namespace, matrix: "CrossCorpusMatrix") -> None:
    """Writes and prints the matrix the way the options ask for."""
    from exhubert.cli.output.cross_corpus_tables import cross_corpus_tables
    from exhubert.cli.output.paper_files import write_figures, write_tables
    from training.evaluation.reports.cross_corpus import (
        audio_lines,
        cross_corpus_page,
        speaker_lines,
    )
    from training.evaluation.tables.cross_corpus import cross_corpus_table

    text = json.dumps(matrix.to_dict(), indent=2, ensure_ascii=False)
    (args.output / "matrix.json").write_text(text + "\n", encoding="utf-8")
    page = args.output / "matrix.html"
    page.write_text(cross_corpus_page(matrix, args.output.name), encoding="utf-8")
    written = [args.output / "matrix.json", page]
    written += write_tables({"matrix": cross_corpus_table(matrix)}, args.table)
    if args.figure:
        from training.evaluation.figures.cross_corpus import matrix_figures

        written += write_figures(matrix_figures(matrix), args.figure)
    if args.json:
        print(printable(text))
        return
    for table in cross_corpus_tables(matrix):
        console.OUT.print(table)
    for line in [*speaker_lines(matrix), *audio_lines(matrix)]:
        console.say(line)
    console.say_written(written)


def _recipe(args: argparse.Namespace) -> Recipe | None:
    """The recipe that is named, with its overrides."""
    if not args.config:
        if args.overrides:
            raise UsageError("--set changes a recipe: give --config, too")
        return None
    return load_recipe(args.config, args.overrides)


def _label_set(args: argparse.Namespace, recipe: Recipe | None) -> "LabelSet":
    """The classes of all systems: those that are named, else the recipe's."""
    from training.config.label_set import read_label_set

    if args.labels:
        return read_label_set(args.labels)
    return recipe.data.label_set if recipe else "six"


def _baseline_kinds(args: argparse.Namespace) -> list[FittedKind]:
    """The baselines that are named."""
    named: dict[str, FittedKind] = {"majority": "majority", "egemaps": "egemaps"}
    kinds = list(filter(None, args.baseline.split(",")))
    for kind in kinds:
        if kind not in named:
            raise UsageError(f"--baseline {kind}: expected majority, egemaps or both")
    return [named[kind] for kind in kinds]


def _systems(recipe: Recipe | None, kinds: Sequence[FittedKind]) -> dict[str, "System"]:
    """What is run, by name."""
    from training.evaluation.baselines.run import Baseline

    systems: dict[str, System] = {kind: Baseline(kind) for kind in kinds}
    if recipe:
        if recipe.name in systems:
            raise UsageError(
                f"the recipe is called {recipe.name}, as the baseline is: give it another name"
            )
        systems[recipe.name] = recipe
    return systems


MATRIX = Command(
    name="matrix",
    summary="score models and baselines across corpora: leave one out, or train on A, test on B",
    examples="""\
  exhubert matrix --data dataset --config tiny --baseline majority,egemaps --output matrix
  exhubert matrix --data dataset --mode train-on-a-test-on-b --baseline egemaps --output matrix
  exhubert matrix --data dataset --config tiny --set run.seed=1 --corpora emo_db tess --output m
""",
    add_arguments=_add_arguments,
    run=_run,
    uses_stores=True,
)

COMMANDS = [MATRIX]
