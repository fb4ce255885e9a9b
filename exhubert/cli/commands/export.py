"""``exhubert export``: datasets for other tools, and models for programs without PyTorch."""

import argparse
import json
from pathlib import Path

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import check_file, check_folder, local_path
from exhubert.cli.arguments.rows import add_where
from exhubert.cli.output import console, progress
from pipeline.common.count import count
from pipeline.common.errors import UsageError

FORMATS = ("audformat", "audiofolder", "emobox", "kaldi", "lhotse", "nemo", "shar", "webdataset")
"""Those of :data:`pipeline.exports.formats.FORMATS`, which brings pyarrow with it."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    dataset = parser.add_argument_group("a dataset for other tools")
    dataset.add_argument("dataset", nargs="?", metavar="DATASET", help="dataset folder or URL")
    dataset.add_argument("--to", choices=FORMATS, help="the form that is written")
    dataset.add_argument("--output", type=local_path, metavar="DIR", help="a new folder for it")
    add_where(dataset)
    dataset.add_argument(
        "--codec", choices=("flac", "wav"), help="of the clips (default: what suits the form)"
    )
    dataset.add_argument(
        "--protocol", metavar="NAME", help="with --to emobox: whose folds (default: emobox)"
    )
    model = parser.add_argument_group("a model for programs without PyTorch")
    model.add_argument("--model", metavar="DIR|NAME", help="folder or Hub name")
    model.add_argument("--onnx", type=local_path, metavar="FILE.onnx", help="the file to write")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def _run(args: argparse.Namespace) -> int:
    if args.dataset and not (args.model or args.onnx):
        return _export_dataset(args)
    if args.dataset or not (args.model and args.onnx):
        raise UsageError(
            "expected DATASET --to FORMAT --output DIR, or --model DIR --onnx FILE.onnx"
        )
    return _export_model(args.model, args.onnx, args.json)


def _export_dataset(args: argparse.Namespace) -> int:
    if not (args.to and args.output):
        raise UsageError(f"{args.dataset}: give --to ({', '.join(FORMATS)}) and --output DIR")
    check_folder("--output", args.output)
    from pipeline.exports.formats import export_dataset

    with progress.counter("clips written", args.json) as advance:
        clips = export_dataset(
            args.dataset,
            args.output,
            args.to,
            args.where,
            args.codec,
            lambda: advance(1),
            args.protocol,
            on_rows=lambda total: advance(0, total),
        )
    if args.json:
        console.emit(json.dumps({"folder": str(args.output), "format": args.to, "clips": clips}))
    else:
        console.say(f"wrote {count(clips, 'clip')} in {args.output} for {args.to}")
    return 0


def _export_model(model: str, file: Path, as_json: bool) -> int:
    check_file("--onnx", file, [".onnx"])
    from training.inference.load_model import load_model
    from training.inference.onnx_export import export_onnx

    console.quieten_transformers()
    exported = export_onnx(load_model(model), file)
    files = [str(file) for file in (exported.path, exported.weights) if file]
    if as_json:
        console.emit(json.dumps({"files": files, "difference": exported.difference}))
    else:
        console.say(
            f"Wrote {' and '.join(files)}: {', '.join(exported.outputs)} within "
            f"{exported.difference:.1e} of PyTorch's "
            "for clips of 0.03 to 20 s, alone and in padded batches"
        )
    return 0


COMMANDS = [
    Command(
        name="export",
        summary="a dataset for lhotse, Kaldi, NeMo, audformat …; a model as an ONNX file",
        examples="""\
  exhubert export dataset --to lhotse --output cuts
  exhubert export dataset --to emobox --output folds --protocol loso
  exhubert export dataset --to webdataset --output shards --where "corpus = 'emo_db'"
  exhubert export --model models/tiny --onnx tiny.onnx
""",
        add_arguments=_add_arguments,
        run=_run,
        uses_stores=True,
    )
]
