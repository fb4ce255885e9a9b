"""The demonstration: from nothing to a trained model, with the commands a user would type."""

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from demo.packing import split_path
from demo.standins import speak_standins, standin_ids
from demo.voices import require_voices
from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES

SYNTHETIC = (
    "These voices are synthetic: eSpeak NG acts the emotions by rule. All figures here only show "
    "that the machine runs; they say nothing about real speech, nor about any corpus."
)

ACCEPTED = ("--allow-partial", "--max-reject-rate", "0.05")
"""What check and build are told: stand-ins are parts of corpora, and hold files that are broken on
purpose, two of 76 in one corpus."""


@dataclass(frozen=True)
class DemoFolders:
    """Folders of a demonstration.

    Attributes:
        root: The folder that holds all of it.
    """

    root: Path

    @property
    def mark(self) -> Path:
        """A file that tells a demonstration from a folder with recordings of one's own."""
        return self.root / "demonstration.txt"

    @property
    def corpora(self) -> Path:
        """Data root: one folder a corpus, laid out as its archive is."""
        return self.root / "corpora"

    @property
    def dataset(self) -> Path:
        """The dataset that is built from the corpora."""
        return self.root / "dataset"

    @property
    def model(self) -> Path:
        """The model that is trained on the dataset."""
        return self.root / "model"

    @property
    def scores(self) -> Path:
        """Scores on the test split, as JSON."""
        return self.root / "evaluation.json"


@dataclass(frozen=True)
class Example:
    """A clip of the test split, to be predicted.

    Attributes:
        path: Of the stand-in's file.
        emotion: The category it was spoken with.
        label: The six-class name of that category.
    """

    path: Path
    emotion: str
    label: str


Run = Callable[[Sequence[str]], int]
"""Runs an ``exhubert`` command line and returns its exit status."""


def run_demo(
    output: str | Path,
    run: Run,
    corpora: Sequence[str] = (),
    console: Console | None = None,
) -> int:
    """Speaks stand-ins of corpora, builds a dataset, trains, evaluates and predicts.

    Args:
        output: Folder for everything; one that holds a demonstration already is gone on with.
        run: The command line that every step goes through.
        corpora: Ids of the corpora; by default all that have a stand-in.
        console: Where the demonstration talks; stdout by default.

    Returns:
        Exit status: 0, or that of the first step that failed.

    Raises:
        UsageError: The voice library is missing, a corpus has no stand-in, or the folder holds
            other files or a demonstration of other corpora.
    """
    console = console or Console()
    folders, wanted = DemoFolders(Path(output)), sorted(set(corpora or standin_ids()))
    require_voices()
    _check_output(folders, wanted)
    started = time.monotonic()

    folders.root.mkdir(parents=True, exist_ok=True)
    folders.mark.write_text(f"Made by `exhubert demo`. {SYNTHETIC}\n", encoding="utf-8")
    _say(console, SYNTHETIC, "")
    _say(console, f"Speaking small stand-ins of {len(wanted)} corpora: {_few(wanted)} …")
    spoken = speak_standins(folders.corpora, wanted, console=console)
    clips = sum(map(len, spoken.values()))
    _say(console, f"{clips} clips in {folders.corpora} after {time.monotonic() - started:.0f} s")

    broken = sum(clip.content != "speech" for clips in spoken.values() for clip in clips)
    for number, (purpose, arguments) in enumerate(_steps(folders, broken), 1):
        if status := _step(console, run, f"{number}. {purpose}", arguments):
            return status
    if example := find_example(folders):
        spoken_as = f"{example.emotion} ({example.label})"
        purpose = f"5. Predict a clip of the test split, spoken as {spoken_as}"
        predict = ["predict", "--model", str(folders.model), str(example.path)]
        if status := _step(console, run, purpose, predict):
            return status
    _close(console, folders, time.monotonic() - started)
    return 0


def find_example(folders: DemoFolders) -> Example | None:
    """The first clip of the test split that is a file of its own; None where none is.

    Raises:
        DataError: The dataset has no test split.
    """
    import pyarrow.parquet as pq

    shards = sorted(folders.dataset.glob("data/*/test-*.parquet"))
    for shard in shards:
        columns = ["corpus", "source_path", "emotion", "label"]
        for row in pq.read_table(shard, columns=columns).slice(0, 1).to_pylist():
            if not split_path(row["source_path"])[1]:
                path = folders.corpora / row["corpus"] / row["source_path"]
                return Example(path, row["emotion"], CLASSES[row["label"]])
    if not shards:
        raise DataError(f"{folders.dataset}: no test split, so no clip to predict")
    return None


def _steps(folders: DemoFolders, broken: int) -> list[tuple[str, list[str]]]:
    """What each step is for, and its command; prediction, which needs a clip, is left out."""
    data, dataset, model = str(folders.corpora), str(folders.dataset), str(folders.model)
    build = "Decode, resample, normalise and split them into Parquet shards"
    if broken:
        build += f" ({broken} files are broken on purpose, and reported)"
    train = ["train", "--data", dataset, "--config", "tiny", "--output", model]
    split = ["--split", "test", "--output", str(folders.scores)]
    return [
        (
            "Count what lies there against what was published",
            ["check", "--data-root", data, *ACCEPTED],
        ),
        (
            build,
            ["build", "--data-root", data, "--output", dataset, *ACCEPTED],
        ),
        (
            "Train a tiny model from random weights",
            [*train, "--resume"] if folders.model.exists() else train,
        ),
        (
            "Score it on the test split",
            ["evaluate", "--model", model, "--data", dataset, *split],
        ),
    ]


def _check_output(folders: DemoFolders, wanted: Sequence[str]) -> None:
    """Refuses a folder of other files, or whose corpora, or dataset and model, are other ones.

    Stand-ins have the names of real recordings, which they must never replace.

    Raises:
        UsageError: It holds such files, or such a demonstration.
    """
    if not folders.mark.exists() and any(path.is_file() for path in folders.root.rglob("*")):
        raise UsageError(
            f"{folders.root}: holds files and no demonstration; choose a new or an empty folder as "
            "--output"
        )
    if not folders.corpora.is_dir():
        return
    found = sorted(folder.name for folder in folders.corpora.iterdir() if folder.is_dir())
    if set(found) - set(wanted) or (folders.dataset.exists() and found != list(wanted)):
        raise UsageError(
            f"{folders.root}: holds a demonstration of {', '.join(found)} already, not of "
            f"{', '.join(wanted)}: choose another --output, or remove the folder"
        )


def _step(console: Console, run: Run, purpose: str, arguments: Sequence[str]) -> int:
    """Prints a command, runs it as the shell would, and returns its exit status."""
    _say(console, "", purpose, f"$ exhubert {shlex.join(arguments)}")
    status = run(arguments)
    if status:
        _say(
            console,
            f"The demonstration stops here: `exhubert {arguments[0]}` ended with status {status}.",
        )
    return status


def _close(console: Console, folders: DemoFolders, seconds: float) -> None:
    """Says where everything lies, what it is worth, and how to go on."""
    lines = {
        "stand-ins": folders.corpora,
        "dataset": folders.dataset,
        "report": folders.dataset / "report.html",
        "dataset card": folders.dataset / "README.md",
        "rejects": folders.dataset / "rejects.parquet",
        "model": folders.model,
        "scores": folders.scores,
        "scores, drawn": folders.scores.with_suffix(".html"),
    }
    _say(console, "", f"Done in {seconds:.0f} s.")
    for name, path in lines.items():
        if path.exists():
            _say(console, f"  {name:15}{path}")
    _say(
        console,
        "",
        SYNTHETIC,
        "",
        "The same on corpora of your own, each in DATA_ROOT/<id> (see: exhubert corpora list):",
        "  exhubert check --data-root DATA_ROOT",
        "  exhubert build --data-root DATA_ROOT --output dataset",
        "  exhubert train --data dataset --output model",
        "  exhubert evaluate --model model --data dataset --split test",
        "  exhubert predict --model model FILE…",
    )


def _few(words: Sequence[str]) -> str:
    """A list of words, cut short where it is long."""
    return ", ".join(words) if len(words) <= 8 else f"{', '.join(words[:6])} and others"


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
