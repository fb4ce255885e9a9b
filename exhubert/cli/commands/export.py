"""``exhubert export``: a trained model for programs without PyTorch."""

import argparse
import json

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.local_paths import local_path
from exhubert.cli.arguments.output_paths import check_file
from exhubert.cli.output import console


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="DIR|NAME", help="folder or Hub name")
    parser.add_argument(
        "--onnx", required=True, type=local_path, metavar="FILE.onnx", help="the file to write"
    )
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def _run(args: argparse.Namespace) -> int:
    check_file("--onnx", args.onnx, [".onnx"])
    from training.inference.load_model import load_model
    from training.inference.onnx_export import export_onnx

    console.quieten_transformers()
    exported = export_onnx(load_model(args.model), args.onnx)
    files = [str(file) for file in (exported.path, exported.weights) if file]
    if args.json:
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
        summary="write a model as an ONNX file, checked against PyTorch",
        examples="  exhubert export --model models/tiny --onnx tiny.onnx",
        add_arguments=_add_arguments,
        run=_run,
    )
]
