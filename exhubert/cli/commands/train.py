"""``exhubert train``, ``convert``: from a dataset to a model.

What a command needs of torch and transformers is imported when it runs, so that ``--help`` is
quick.
"""

import argparse
import json
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import check_folder, check_new_folder, local_path
from exhubert.cli.arguments.rows import add_fold, add_where, read_fold, read_where
from exhubert.cli.output import console
from pipeline.common.errors import StoppedError, UsageError
from training.config.processes import rank_and_world
from training.config.recipe import Recipe, differences, load_recipe
from training.config.run_files import RECIPE_FILE

if TYPE_CHECKING:  # torch and transformers come with it
    from rich.console import Console

    from training.finetuning.train import TrainingResult


def _add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, metavar="DATASET", help="dataset folder or URL")
    parser.add_argument(
        "--output", required=True, type=local_path, metavar="DIR", help="folder for the model"
    )
    parser.add_argument(
        "--config",
        default="exhubert_large",
        metavar="NAME|FILE",
        help="recipe: tiny, exhubert_base, exhubert_large (default), exhubert_large_best, or a "
        "YAML file",
    )
    add_fold(parser)
    add_where(parser)
    parser.add_argument(
        "overrides", nargs="*", metavar="key=value", help="settings that replace the recipe's"
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue from the last checkpoint in --output"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="print parameters, memory, steps and the data mixture, and train nothing",
    )
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")


def _train(args: argparse.Namespace) -> int:
    recipe = load_recipe(args.config, [*args.overrides, *read_fold(args), *read_where(args)])
    out = console.ERR if args.json else console.OUT
    if not args.dry_run and _is_over(args, recipe, out):
        return 0
    from training.finetuning.run_folder import is_complete, is_started
    from training.finetuning.train import train

    console.quieten_transformers()
    if args.dry_run:
        return _estimate(recipe, args)
    try:
        result = train(recipe, args.data, args.output, args.resume, out)
    except KeyboardInterrupt:
        begun = is_started(args.output) and not is_complete(args.output)
        hint = f"; what was saved stays in {args.output}: go on with --resume" if begun else ""
        raise StoppedError(f"interrupted{hint}") from None
    if rank_and_world()[0] > 0:  # of several processes the first one speaks
        return 0
    _print_scores(result, out)
    if args.json:
        scores = None if result.validation is None else result.validation.to_dict()
        document = {"output": str(result.output), "validation": scores}
        if result.heads is not None:
            document["heads"] = result.heads.to_dict()
        console.emit(json.dumps(document))
    elif result.heads is not None and result.heads.ccc is not None and result.validation is None:
        out.print(
            f"Validation CCC {result.heads.ccc:z.2f}, the mean of the dimensions, after "
            f"{result.seconds:.0f} s; model in {result.output}",
            soft_wrap=True,
        )
    elif result.validation is None:
        line = f"No validation split: the last state was kept, in {result.output}"
        out.print(line, soft_wrap=True)
    else:
        out.print(
            f"Validation UAR {result.validation.uar:.1%} (chance {result.validation.chance:.1%}) "
            f"after {result.seconds:.0f} s; model in {result.output}",
            soft_wrap=True,
        )
    return 0


def _is_over(args: argparse.Namespace, recipe: Recipe, out: "Console") -> bool:
    """Whether the run in --output is complete; refuses other folders, before torch is loaded."""
    from training.finetuning.run_folder import check_run_folder, is_complete, is_started

    check_folder("--output", args.output)
    if args.resume and is_complete(args.output):
        if changed := differences(load_recipe(args.output / RECIPE_FILE), recipe):
            raise UsageError(
                f"{args.output}: this run is complete, with other settings ({'; '.join(changed)}): "
                f"to go on from its model, train to another --output with model.base={args.output}"
            )
        out.print(f"{args.output}: this run is complete already", soft_wrap=True)
        return True
    if rank_and_world()[0] == 0:  # of several processes the first one makes the folder
        check_run_folder(args.output, args.resume)
    if args.resume and not is_started(args.output):
        out.print(f"{args.output}: nothing to resume: a new run begins", soft_wrap=True)
    return False


def _print_scores(result: "TrainingResult", out: "Console") -> None:
    """Prints the scores on the validation split, if there is one."""
    from exhubert.cli.output.evaluation_tables import scores_table
    from training.metrics.head_scores import describe_heads

    if result.validation is not None:
        title = "validation split, in per cent"
        out.print(scores_table(title, result.validation, result.corpora))
    if result.heads is not None:
        out.print(f"Further heads: {describe_heads(result.heads)}.", highlight=False)


def _estimate(recipe: Recipe, args: argparse.Namespace) -> int:
    from exhubert.cli.output.cost_table import print_estimate
    from training.finetuning.cost_estimate import estimate

    result = estimate(recipe, args.data, args.output)
    if args.json:
        console.emit(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        print_estimate(result, console.OUT)
    return 0


TRAIN = Command(
    name="train",
    summary="fine-tune ExHuBERT on a dataset folder",
    examples="""\
  exhubert train --data dataset --output models/tiny --config tiny
  exhubert train --data dataset --output models/large optimizer.epochs=5 data.corpora=[emo_db]
  exhubert train --data dataset --output models/large optimizer.epochs=5 --resume
  exhubert train --data dataset --output models/loso3 --config tiny --protocol loso --fold 3
  exhubert train --data dataset --output models/best --config exhubert_large_best --dry-run
  torchrun --nproc_per_node 4 -m exhubert train --data dataset --output models/large
""",
    add_arguments=_add_train_arguments,
    run=_train,
    uses_stores=True,
)


def _add_convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="source",
        metavar="NAME|PATH",
        required=True,
        help="hub name, folder or file of the published weights",
    )
    parser.add_argument(
        "--output", type=local_path, metavar="DIR", required=True, help="a new folder for the model"
    )


def _convert(args: argparse.Namespace) -> int:
    check_new_folder("--output", args.output)
    from training.model.convert_published import convert

    convert(args.source, args.output)
    print(f"Wrote {args.output}: load it with `exhubert.load_model({str(args.output)!r})`.")
    return 0


CONVERT = Command(
    name="convert",
    summary="turn the published ExHuBERT weights into a safetensors model with named classes",
    examples="""\
  exhubert convert --from amiriparian/ExHuBERT --output models/exhubert
  exhubert convert --from downloads/pytorch_model.bin --output models/exhubert
""",
    add_arguments=_add_convert_arguments,
    run=_convert,
)

COMMANDS = [TRAIN, CONVERT]
