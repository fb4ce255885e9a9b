"""``exhubert evaluate``, ``baseline``: how well models do, and what they have to beat."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.number_types import positive
from exhubert.cli.arguments.paths import add_paper_files, check_file, check_paper_files, local_path
from exhubert.cli.arguments.rows import add_fold, add_where, add_with_audio, read_fold
from exhubert.cli.output import console, progress
from pipeline.common.errors import UsageError
from training.evaluation.baselines.kinds import BASELINE_KINDS

if TYPE_CHECKING:  # it brings torch with it
    from training.evaluation.score_file import Evaluation


def _add_scoring(parser: argparse.ArgumentParser) -> None:
    """What every command that scores takes."""
    parser.add_argument("--data", required=True, metavar="DATASET", help="dataset folder or URL")
    parser.add_argument(
        "--split", default="test", help="train, validation, test or all (default: %(default)s)"
    )
    parser.add_argument(
        "--corpora",
        action="extend",
        nargs="+",
        default=[],
        metavar="ID",
        help="only these, or collections such as @serab",
    )
    add_fold(parser)
    add_where(parser)
    parser.add_argument(
        "--output",
        type=local_path,
        metavar="FILE.json",
        help="score file; predictions (.parquet) and a page (.html) are written beside it",
    )
    add_with_audio(parser)
    add_paper_files(
        parser,
        "the scores of corpora, and of classes and groups beside it,",
        "the confusion matrix, and UARs with intervals and reliability beside it,",
    )
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")


def _add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        required=True,
        action="extend",
        nargs="+",
        metavar="DIR|NAME",
        help="folder or Hub name; several, trained with different seeds, give mean ± sd",
    )
    _add_scoring(parser)
    parser.add_argument(
        "--batch-size",
        type=positive,
        default=16,
        metavar="N",
        help="clips at once (%(default)s)",
    )


def _evaluate(args: argparse.Namespace) -> int:
    _check_scoring(args)
    from training.data.protocols import FoldChoice
    from training.data.row_choice import RowChoice
    from training.evaluation.evaluate import evaluate
    from training.inference.load_model import rates_only

    console.quieten_transformers()
    if rates_only(args.model[0]):
        return _evaluate_ratings(args)
    fold = FoldChoice(args.protocol, args.fold) if read_fold(args) else None
    rows = RowChoice(args.corpora, where=args.where)
    with progress.counter("clips scored", args.json) as advance:
        result = evaluate(
            args.model, args.data, args.split, rows, args.batch_size, fold, on_progress=advance
        )
    _show(result, args)
    return 0


def _evaluate_ratings(args: argparse.Namespace) -> int:
    """Scores models that know no classes."""
    from exhubert.cli.output.evaluation_tables import print_ratings
    from training.data.row_choice import RowChoice
    from training.evaluation.ratings import evaluate_ratings

    for option in ("protocol", "fold", "table", "figure"):
        if getattr(args, option):
            raise UsageError(f"--{option}: {args.model[0]} rates dimensions and knows no classes")
    rows = RowChoice(args.corpora, where=args.where)
    with progress.counter("clips scored", args.json) as advance:
        result = evaluate_ratings(
            args.model, args.data, args.split, rows, args.batch_size, on_progress=advance
        )
    text = json.dumps(result.to_dict(), indent=2, ensure_ascii=False)
    if args.output:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(text + "\n", encoding="utf-8")
    if args.json:
        console.emit(text)
        return 0
    print_ratings(result, console.OUT)
    if args.output:
        console.say_written([args.output])
    return 0


def _check_scoring(args: argparse.Namespace) -> None:
    """Refuses what can be seen to be wrong before torch is loaded and a model is."""
    if args.output:
        check_file("--output", args.output, [".json"])
    check_paper_files(args)
    if args.where is not None:
        from pipeline.shards.row_filter import check_condition  # brings DuckDB

        check_condition(args.where)


def _show(result: "Evaluation", args: argparse.Namespace) -> None:
    """Writes and prints a result the way the options ask for."""
    from exhubert.cli.output.evaluation_tables import print_evaluation
    from exhubert.cli.output.paper_files import write_figures, write_tables
    from training.evaluation.reports.answers import find_answers
    from training.evaluation.reports.evaluation import evaluation_page
    from training.evaluation.score_file import write_scores
    from training.evaluation.tables.evaluation import evaluation_tables

    written: list[Path] = []
    if args.output:
        page = args.output.with_suffix(".html")
        written = [*write_scores(result, args.output), page]
        answers = find_answers(result, args.with_audio)
        page.write_text(evaluation_page(result, args.output.stem, answers), encoding="utf-8")
    written += write_tables(evaluation_tables(result), args.table)
    if args.figure:
        from training.evaluation.figures.evaluation import evaluation_figures

        written += write_figures(evaluation_figures(result), args.figure)
    if args.json:
        console.emit(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
        return
    print_evaluation(result, console.OUT)
    console.say_written(written)


def _add_baseline_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        required=True,
        choices=BASELINE_KINDS,
        help="majority class; eGeMAPS and a linear SVM; a linear probe of frozen features",
    )
    parser.add_argument("--base", metavar="DIR|NAME", help="encoder to probe: a HuBERT, or a model")
    parser.add_argument(
        "--layer", type=int, metavar="N", help="layer to probe (default: the best on validation)"
    )
    parser.add_argument(
        "--labels",
        default="six",
        metavar="SET|FILE",
        help="classes: six, categories, native (of one corpus), four, emobox, or a YAML file with "
        "lines such as `excitement: happiness` (default: %(default)s)",
    )
    _add_scoring(parser)


def _baseline(args: argparse.Namespace) -> int:
    _check_scoring(args)
    from training.config.label_set import read_label_set
    from training.data.protocols import FoldChoice
    from training.data.row_choice import RowChoice
    from training.data.tasks import choose_task
    from training.evaluation.baselines.run import Baseline, run_baseline

    console.quieten_transformers()
    baseline = Baseline(args.kind, args.base, args.layer)
    fold = FoldChoice(args.protocol, args.fold) if read_fold(args) else None
    task = choose_task(read_label_set(args.labels), fold)
    with progress.counter("clips read", args.json) as on_progress:
        result = run_baseline(
            baseline,
            args.data,
            args.split,
            RowChoice(args.corpora, where=args.where),
            on_progress=on_progress,
            task=task,
        )
    _show(result, args)
    return 0


EVALUATE = Command(
    name="evaluate",
    summary="score models on a split: UAR with its interval, calibration, confusion; per corpus",
    examples="""\
  exhubert evaluate --model models/tiny --data dataset
  exhubert evaluate --model models/tiny --data dataset --split validation --output scores.json
  exhubert evaluate --model models/loso3 --data dataset --protocol loso --fold 3
  exhubert evaluate --model models/seed0 models/seed1 models/seed2 --data dataset
  exhubert evaluate --model models/tiny --data dataset --where "gender = 'female' and age < 30"
  exhubert evaluate --model models/tiny --data dataset --table scores.tex --figure scores.pdf
""",
    add_arguments=_add_evaluate_arguments,
    run=_evaluate,
    uses_stores=True,
)
BASELINE = Command(
    name="baseline",
    summary="fit and score what a model has to beat, on the same splits",
    examples="""\
  exhubert baseline --data dataset --kind majority --output scores/majority.json
  exhubert baseline --data dataset --kind egemaps --output scores/egemaps.json
  exhubert baseline --data dataset --kind probe --base facebook/hubert-base-ls960
""",
    add_arguments=_add_baseline_arguments,
    run=_baseline,
    uses_stores=True,
)

COMMANDS = [EVALUATE, BASELINE]
