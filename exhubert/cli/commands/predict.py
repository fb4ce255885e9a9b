"""``exhubert predict``: a model on files, folders and lists of files."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.local_paths import local_path
from exhubert.cli.arguments.number_types import window_length
from exhubert.cli.output import console, progress
from exhubert.cli.output.fitted_table import numbers, print_table, words
from pipeline.common.errors import UsageError
from pipeline.common.foreign_text import csv_cell
from pipeline.schema.record import AROUSAL_CLASSES, VALENCE_CLASSES

if TYPE_CHECKING:  # brings torch
    from training.data.targets import HeadLabels
    from training.inference.classifier import Classifier
    from training.inference.results import Prediction, PredictionFailure, WindowPrediction


_LONGEST_PATH = 4096  # characters


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="DIR|NAME", help="folder or Hub name")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="audio or video files; folders, with all below them; - reads paths from stdin, one a "
        "line or separated by NUL",
    )
    parser.add_argument(
        "--window",
        type=window_length,
        metavar="S",
        help="cut longer files into windows of S seconds (default: the model's longest clip)",
    )
    parser.add_argument(
        "--windows", action="store_true", help="one line a window in the table and in --csv"
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--json", action="store_true", help="print one JSON object a file as files finish"
    )
    output.add_argument("--csv", action="store_true", help="print CSV as files finish")


def _run(args: argparse.Namespace) -> int:
    files = [*find_audio(path for path in args.files if path != "-")]
    if "-" in args.files:
        listed = read_list(sys.stdin.buffer.read())
        check_list(listed)
        files += listed
    from training.inference.classifier import Classifier
    from training.inference.results import PredictionFailure

    console.quieten_transformers()
    classifier = Classifier.from_pretrained(args.model, args.window)
    predictions: list[Prediction] = []
    failed = 0
    write_row = csv.writer(sys.stdout).writerow
    if args.csv:
        heading = _csv_heading(classifier.trained.labels, classifier.trained.heads, args.windows)
        write_row(map(csv_cell, heading))
    for outcome in _watched(classifier, files):
        if args.json:
            console.emit(json.dumps(outcome.to_dict(), ensure_ascii=False))
        if isinstance(outcome, PredictionFailure):
            failed += 1
            console.complain(f"error: {outcome.path}: {outcome.error}")
        elif args.csv:
            for row in _csv_rows(outcome, args.windows):
                write_row([csv_cell(cell) for cell in row])
        elif not args.json:
            predictions.append(outcome)
    if predictions:
        print_predictions(console.OUT, predictions, classifier.trained.heads, args.windows)
    return 1 if failed else 0


def _watched(
    classifier: "Classifier", files: list[Path]
) -> "Iterator[Prediction | PredictionFailure]":
    """Outcomes, and meanwhile on stderr how many files are over, or of a single one its windows."""
    if len(files) > 1:
        yield from progress.track(
            classifier.predict_each(files), "files classified", total=len(files)
        )
        return
    with progress.counter("windows classified") as advance:
        yield from classifier.predict_each(files, advance)


def find_audio(paths: Iterable[str | Path]) -> list[Path]:
    """The files named, and the audio files below the folders named, in order.

    Raises:
        UsageError: A path does not exist or is a URL, or a folder holds no audio.
    """
    from pipeline.audio.decoder import suffixes  # brings libraries that other commands don't need

    audio = suffixes()
    files: list[Path] = []
    for path in map(local_path, map(str, paths)):
        if path.is_dir():
            below = [file for file in sorted(path.rglob("*")) if _is_audio(file, audio)]
            if not below:
                raise UsageError(f"{path}: no audio files in this folder ({', '.join(audio)})")
            files += below
        elif path.is_file():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file or folder")
    return files


def read_list(content: bytes) -> list[Path]:
    """Paths one a line, or separated by NUL if there is one (``find -print0``).

    Raises:
        UsageError: There is none.
    """
    names = content.split(b"\0") if b"\0" in content else content.splitlines()
    if not any(names):
        raise UsageError("no paths on stdin: expected one a line, or separated by NUL")
    return [Path(os.fsdecode(name)) for name in names if name]


def check_list(paths: Sequence[Path]) -> None:
    """Makes sure that what came by stdin were paths, and not a recording itself.

    Raises:
        UsageError: Not one of them is there.
    """
    if any(map(_is_there, paths)):
        return
    names = list(map(str, paths))
    if any(len(name) > _LONGEST_PATH or not name.isprintable() for name in names):
        raise UsageError(
            "stdin: found data, expected paths of files, one a line or separated by NUL; to "
            "classify a recording that comes through a pipe, save it to a file and name that"
        )
    raise UsageError(
        f"stdin: none of the files named is there ({names[0]}{', …' if names[1:] else ''}); "
        "expected paths, one a line or separated by NUL"
    )


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def print_predictions(
    console: Console,
    predictions: "Sequence[Prediction]",
    heads: "HeadLabels",
    by_window: bool = False,
) -> None:
    """One line a file or window: class, probability, marginals, and what further heads say.

    Where paths leave no room for the rest, files go by their names, if these tell them apart.
    """
    groups = [
        words("file"),
        [*numbers(*(("start", "end") if by_window else ("s",))), *words("class"), *numbers("%")],
        numbers("aroused", *VALENCE_CLASSES),
        *([[*words("emotion"), *numbers("%")]] if heads.emotions else []),
        *([numbers(*heads.dimensions)] if heads.dimensions else []),
    ]
    paths = [prediction.path or "" for prediction in predictions]
    names = [Path(path).name for path in paths]
    short = max(map(len, paths)) > console.width // 4 and len(set(names)) == len(set(paths))
    rows = []
    for name, prediction in zip(names if short else paths, predictions, strict=True):
        for times, part in _lines(prediction, by_window):
            marginal = [
                part.arousal.get("high"),
                *map(part.valence.get, VALENCE_CLASSES),
            ]
            rows.append(
                [
                    name,
                    *(f"{time:.1f}" for time in times),
                    part.label,
                    f"{100 * part.probabilities[part.label]:.0f}",
                    *("" if value is None else f"{100 * value:.0f}" for value in marginal),
                    *_further_cells(part),
                ]
            )
    print_table(console, groups, rows)
    scale = ", ratings in [0, 1]" if heads.dimensions else ""
    console.print(f"probabilities in per cent{scale}")


def _further_cells(prediction: "Prediction | WindowPrediction") -> list[str]:
    """The emotion with its probability, and the ratings, of the heads there are."""
    cells = [f"{rating:z.2f}" for rating in (prediction.ratings or {}).values()]
    if prediction.emotion is None or prediction.emotions is None:
        return cells
    return [prediction.emotion, f"{100 * prediction.emotions[prediction.emotion]:.0f}", *cells]


def _csv_heading(labels: Sequence[str], heads: "HeadLabels", by_window: bool) -> list[str]:
    return [
        "path",
        *(("start", "end") if by_window else ("duration",)),
        "label",
        *labels,
        *(f"arousal_{name}" for name in AROUSAL_CLASSES),
        *(f"valence_{name}" for name in VALENCE_CLASSES),
        *(("emotion",) if heads.emotions else ()),
        *(f"emotion_{name}" for name in heads.emotions),
        *(f"rating_{name}" for name in heads.dimensions),
    ]


def _csv_rows(prediction: "Prediction", by_window: bool) -> Iterator[list[object]]:
    for times, part in _lines(prediction, by_window):
        yield [
            prediction.path,
            *times,
            part.label,
            *part.probabilities.values(),
            *map(part.arousal.get, AROUSAL_CLASSES),
            *map(part.valence.get, VALENCE_CLASSES),
            *(() if part.emotion is None else (part.emotion,)),
            *(part.emotions or {}).values(),
            *(part.ratings or {}).values(),
        ]


def _lines(
    prediction: "Prediction", by_window: bool
) -> "Iterator[tuple[tuple[float, ...], Prediction | WindowPrediction]]":
    """What gets a line of its own, and its times."""
    if not by_window:
        yield (prediction.duration,), prediction
        return
    for window in prediction.windows:
        yield (window.start, window.end), window


def _is_audio(file: Path, suffixes: Sequence[str]) -> bool:
    return file.suffix.lower() in suffixes and not file.name.startswith(".") and file.is_file()


COMMANDS = [
    Command(
        name="predict",
        summary="classify audio or video files of any length",
        examples="""\
  exhubert predict --model models/tiny speech.wav
  exhubert predict --model models/tiny recordings/ --json
  exhubert predict --model models/tiny interview.mp3 --window 3 --windows --csv
  find . -name '*.m4a' -print0 | exhubert predict --model models/tiny - --json
""",
        add_arguments=_add_arguments,
        run=_run,
    )
]
