"""``exhubert benchmark``: models and baselines under a protocol, fold by fold, in one table."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.number_types import positive
from exhubert.cli.arguments.paths import (
    add_paper_files,
    check_folder,
    check_paper_files,
    local_path,
)
from exhubert.cli.output import console
from pipeline.common.errors import StoppedError, UsageError
from training.config.recipe import Recipe, load_recipe
from training.evaluation.baselines.kinds import BASELINE_KINDS

if TYPE_CHECKING:  # it brings torch with it
    from training.evaluation.benchmark.plan import BenchmarkPlan
    from training.evaluation.benchmark.run import Results
    from training.evaluation.systems import System


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, metavar="DATASET", help="dataset folder or URL")
    parser.add_argument(
        "--protocol",
        required=True,
        metavar="NAME",
        help="loso, 5-fold, session, official, emobox … (exhubert protocols lists and adds them), "
        "leave-one-corpus-out or train-on-a-test-on-b",
    )
    parser.add_argument(
        "--labels",
        metavar="SET|FILE",
        help="classes: six, categories, native, four or emobox, or a YAML file with lines such as "
        "`excitement: happiness` (default: as the protocol's name says)",
    )
    parser.add_argument(
        "--models",
        required=True,
        action="extend",
        nargs="+",
        metavar="NAME,…",
        help="baselines (majority, egemaps, probe) and recipes (tiny, or a file); the first is "
        "what the others are compared with",
    )
    parser.add_argument(
        "--output",
        required=True,
        type=local_path,
        metavar="DIR",
        help="folder for runs and tables; a command that was stopped goes on there",
    )
    parser.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        default=[],
        metavar="ID",
        help="only these, or collections such as @emobox (default: all that have folds)",
    )
    parser.add_argument("--base", metavar="DIR|NAME", help="encoder to probe")
    parser.add_argument(
        "--layer", type=int, metavar="N", help="layer to probe (default: the best on validation)"
    )
    parser.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        metavar="key=value",
        dest="overrides",
        help="settings that replace those of the recipes",
    )
    parser.add_argument(
        "--keep-models", action="store_true", help="keep the trained model of every fold"
    )
    parser.add_argument(
        "--parallel",
        type=positive,
        default=1,
        metavar="N",
        help="runs at a time, each in a process with its share of the cores (%(default)s)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print the runs and what each costs; run nothing"
    )
    add_paper_files(
        parser, "the table, which lies in the folder anyway,", "UARs and differences with intervals"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run(args: argparse.Namespace) -> int:
    check_folder("--output", args.output)
    check_paper_files(args)
    systems = _systems(args)
    from training.evaluation.systems import check_rows

    console.quieten_transformers()
    notes = check_rows(systems)
    plan = _plan(args)
    plan = replace(plan, notes=[*notes, *plan.notes])
    if args.dry_run:
        _print_costs(args, plan, systems)
    else:
        _show(args, plan, _run_plan(args, plan, systems))
    return 0


def _plan(args: argparse.Namespace) -> "BenchmarkPlan":
    from training.config.label_set import read_label_set
    from training.evaluation.benchmark.plan import plan_benchmark

    label_set = read_label_set(args.labels) if args.labels else None
    return plan_benchmark(args.data, args.protocol, args.corpora, label_set)


def _print_costs(
    args: argparse.Namespace, plan: "BenchmarkPlan", systems: "dict[str, System]"
) -> None:
    from exhubert.cli.output.benchmark_tables import print_costs
    from training.evaluation.benchmark.cost import expected_costs

    costs = expected_costs(plan, systems, args.output)
    if args.json:
        console.emit(json.dumps([cost.to_dict() for cost in costs], ensure_ascii=False))
    else:
        print_costs(costs, plan.notes, console.OUT)


def _run_plan(
    args: argparse.Namespace, plan: "BenchmarkPlan", systems: "dict[str, System]"
) -> "Results":
    from training.evaluation.benchmark.run import run_benchmark

    out = console.ERR if args.json else console.OUT
    try:
        return run_benchmark(
            plan, systems, args.output, args.keep_models, out, out.print, args.parallel
        )
    except KeyboardInterrupt:
        raise StoppedError(
            f"interrupted; runs that are done stay in {args.output}: the same command goes on"
        ) from None


def _show(args: argparse.Namespace, plan: "BenchmarkPlan", results: "Results") -> None:
    """Writes and prints the results the way the options ask for."""
    from exhubert.cli.output.benchmark_tables import print_paper_table
    from exhubert.cli.output.paper_files import write_figures, write_tables
    from training.evaluation.benchmark.rows import benchmark_rows, rows_to_dict
    from training.evaluation.benchmark.table import benchmark_table

    rows = benchmark_rows(plan, results)
    table = benchmark_table(plan, rows, results)
    document = {
        "dataset": plan.dataset,
        "protocol": plan.protocol,
        "labels": plan.label_set,
        "twin": plan.twin,
        "rows": rows_to_dict(rows),
        "notes": list(table.notes),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (args.output / "benchmark.json").write_text(text + "\n", encoding="utf-8")
    written = [args.output / "benchmark.json", *table.write(args.output)]
    written += write_tables({"benchmark": table}, args.table)
    if args.figure:
        from training.evaluation.figures.benchmark import benchmark_forest

        written += write_figures({"forest": benchmark_forest(rows)}, args.figure)
    if args.json:
        console.emit(text)
        return
    print_paper_table(table, console.OUT)
    console.say_written(written)


def _systems(args: argparse.Namespace) -> dict[str, "System"]:
    """What is run, by name, in the order of the command line."""
    names = [name for words in args.models for name in words.split(",") if name]
    if not names:
        raise UsageError("--models: expected baselines or recipes, as in --models majority,tiny")
    recipes = [name for name in names if name not in BASELINE_KINDS]
    if args.overrides and not recipes:
        raise UsageError("--set changes recipes: name one in --models, too")
    if (args.base or args.layer is not None) and "probe" not in names:
        raise UsageError("--base and --layer are of the probe: name it in --models, too")
    loaded = {name: load_recipe(name, args.overrides) for name in recipes}
    for name, recipe in loaded.items():
        if recipe.data.protocol:
            raise UsageError(f"{name}: data.protocol: a benchmark chooses the folds itself")
        if recipe.data.corpora or recipe.data.exclude_corpora:
            raise UsageError(
                f"{name}: data.corpora and data.exclude_corpora: name those of all models by "
                "--corpora"
            )
        if recipe.data.label_set != "six":
            raise UsageError(f"{name}: data.label_set: name the classes of all models by --labels")
    return _make_systems(args, names, loaded)


def _make_systems(
    args: argparse.Namespace, names: Sequence[str], recipes: dict[str, Recipe]
) -> dict[str, "System"]:
    from training.evaluation.baselines.run import Baseline

    baselines = {
        "majority": Baseline("majority"),
        "egemaps": Baseline("egemaps"),
        "probe": Baseline("probe", args.base, args.layer),
    }
    systems: dict[str, System] = {}
    for name in names:
        called = recipes[name].name if name in recipes else name
        if called in systems:
            raise UsageError(f"--models: {called} is named twice")
        systems[called] = recipes[name] if name in recipes else baselines[name]
    return systems


BENCHMARK = Command(
    name="benchmark",
    summary="score models and baselines under a protocol, fold by fold: one table for a paper",
    examples="""\
  exhubert benchmark --data dataset --protocol loso --models majority,egemaps,tiny --output loso
  exhubert benchmark --data dataset --protocol leave-one-corpus-out --labels categories \\
      --models majority,egemaps --output across
  exhubert benchmark --data dataset --protocol emobox --corpora @emobox \\
      --models egemaps,probe --base facebook/hubert-base-ls960 --output emobox --dry-run
""",
    add_arguments=_add_arguments,
    run=_run,
    uses_stores=True,
)

COMMANDS = [BENCHMARK]
"""The commands of this module."""
