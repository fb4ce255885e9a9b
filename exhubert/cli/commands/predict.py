"""``exhubert predict``: a model on files, folders and lists of files."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.number_types import window_length
from exhubert.cli.arguments.recordings import named_recordings, shown_name
from exhubert.cli.output import console, progress
from exhubert.cli.output.fitted_table import numbers, print_table, words
from pipeline.common.untrusted_text import csv_cell
from pipeline.schema.record import AROUSAL_CLASSES, VALENCE_CLASSES

if TYPE_CHECKING:  # brings torch
    from training.data.targets import HeadLabels
    from training.inference.classifier import Classifier
    from training.inference.results import Prediction, PredictionFailure, WindowPrediction


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="DIR|NAME", help="folder or Hub name")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="audio or video files; folders, with their subfolders; - reads stdin: a recording, or "
        "paths, one a line or separated by NUL",
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
    with named_recordings(args.files, sys.stdin) as files:
        return _predict(args, files)


def _predict(args: argparse.Namespace, files: list[Path]) -> int:
    from training.inference.classifier import Classifier
    from training.inference.results import PredictionFailure

    console.quieten_transformers()
    classifier = Classifier.from_pretrained(args.model, args.window)
    predictions: list[Prediction] = []
    failed = 0
    write_row = csv.writer(sys.stdout).writerow
    if args.csv:
        heading = _csv_heading(classifier.trained.classes, classifier.trained.heads, args.windows)
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
        outcomes = classifier.predict_each(files)
        yield from map(_named, progress.track(outcomes, "files classified", total=len(files)))
        return
    with progress.counter("windows classified") as advance:
        yield from map(_named, classifier.predict_each(files, advance))


def _named(outcome: "Prediction | PredictionFailure") -> "Prediction | PredictionFailure":
    """The outcome, under the name that the user gave the recording."""
    return replace(outcome, path=shown_name(outcome.path or ""))


def print_predictions(
    console: Console,
    predictions: "Sequence[Prediction]",
    heads: "HeadLabels",
    by_window: bool = False,
) -> None:
    """One line a file or window: class, probability, marginals, and what further heads say.

    Where paths leave no room for the rest, files go by their names, if these tell them apart.
    """
    classes = [[*words("class"), *numbers("%")], numbers("aroused", *VALENCE_CLASSES)]
    if predictions[0].label is None:
        classes = [[]]
    groups = [
        words("file"),
        [*numbers(*(("start", "end") if by_window else ("s",))), *classes[0]],
        *classes[1:],
        *([[*words("emotion"), *numbers("%")]] if heads.emotions else []),
        *([numbers(*heads.dimensions)] if heads.dimensions else []),
    ]
    paths = [prediction.path or "" for prediction in predictions]
    names = [Path(path).name for path in paths]
    short = max(map(len, paths)) > console.width // 4 and len(set(names)) == len(set(paths))
    rows = []
    for name, prediction in zip(names if short else paths, predictions, strict=True):
        for times, part in _lines(prediction, by_window):
            shown = [*_class_cells(part), *_further_cells(part)]
            rows.append([name, *(f"{time:.1f}" for time in times), *shown])
    print_table(console, groups, rows)
    scale = ", ratings in [0, 1]" if heads.dimensions else ""
    console.print(f"probabilities in per cent{scale}")


def _class_cells(prediction: "Prediction | WindowPrediction") -> list[str]:
    """The class with its probability, and the marginals; nothing where there are no classes."""
    if prediction.label is None:
        return []
    marginal = [prediction.arousal.get("high"), *map(prediction.valence.get, VALENCE_CLASSES)]
    return [
        prediction.label,
        f"{100 * prediction.probabilities[prediction.label]:.0f}",
        *("" if value is None else f"{100 * value:.0f}" for value in marginal),
    ]


def _further_cells(prediction: "Prediction | WindowPrediction") -> list[str]:
    """The emotion with its probability, and the ratings, of the heads there are."""
    cells = [f"{rating:z.2f}" for rating in (prediction.ratings or {}).values()]
    if prediction.emotion is None or prediction.emotions is None:
        return cells
    return [prediction.emotion, f"{100 * prediction.emotions[prediction.emotion]:.0f}", *cells]


def _csv_heading(classes: Sequence[str], heads: "HeadLabels", by_window: bool) -> list[str]:
    return [
        "path",
        *(("start", "end") if by_window else ("duration",)),
        "label",
        *classes,
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


COMMANDS = [
    Command(
        name="predict",
        summary="classify audio or video files of any length",
        examples="""\
  exhubert predict --model models/tiny speech.wav
  exhubert predict --model models/tiny recordings/ --json
  exhubert predict --model models/tiny interview.mp3 --window 3 --windows --csv
  ffmpeg -i talk.mkv -f wav - | exhubert predict --model models/tiny -
  find . -name '*.m4a' -print0 | exhubert predict --model models/tiny - --json
""",
        add_arguments=_add_arguments,
        run=_run,
    )
]
