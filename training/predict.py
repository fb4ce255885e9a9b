"""Prediction: a trained model on audio files of any kind and length.

>>> Classifier.from_pretrained("models/tiny").predict("speech.wav").label  # doctest: +SKIP
'high_positive'

A file longer than a window is cut into overlapping windows, each treated as a clip of its own, and
the windows' probabilities are averaged. Memory holds the file as it is stored (decoded only if
libsndfile cannot read it) and one batch of windows.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import soundfile
import torch
from rich.table import Table

from pipeline.audio import prepare
from pipeline.decode import AudioError, Recording, decode
from pipeline.errors import DataError, UsageError
from pipeline.schema import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES
from training.data import Example, as_input, collate
from training.trained import Trained, load_trained

Probabilities = npt.NDArray[np.float64]

SUFFIXES = {f".{name.lower()}" for name in soundfile.available_formats()} | {
    *(".aac", ".aif", ".avi", ".m4a", ".mkv", ".mov", ".mp4", ".opus", ".webm", ".wma")
}
"""Files of a folder that are taken for audio; a file named itself may end in anything."""

BATCH_SECONDS = 80.0
"""Audio that goes through the model at once."""


@dataclass(frozen=True)
class Window:
    """What the model says about one stretch of a file.

    Attributes:
        start: In seconds.
        end: In seconds.
        label: The likeliest class.
        probability: Its probability, in [0, 1].
    """

    start: float
    end: float
    label: str
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What the model says about one file.

    Attributes:
        path: The file.
        duration: In seconds.
        label: The likeliest class.
        probabilities: Of each class, in [0, 1], with sum 1.
        arousal: Marginal probabilities of low and high arousal.
        valence: Marginal probabilities of negative, neutral and positive valence.
        windows: The stretches that were averaged.
    """

    path: str
    duration: float
    label: str
    probabilities: dict[str, float]
    arousal: dict[str, float]
    valence: dict[str, float]
    windows: tuple[Window, ...]

    def to_dict(self) -> dict[str, Any]:
        """The prediction as plain JSON types."""
        return asdict(self)


class Classifier:
    """A trained model that classifies audio files."""

    def __init__(self, trained: Trained, window: float | None = None) -> None:
        """Wraps a loaded model.

        Args:
            trained: The model.
            window: Seconds a window; ``None`` for the longest clip the model was evaluated on.
                Shorter windows show how emotion changes over a recording.

        Raises:
            UsageError: The window is not longer than 0.1 s.
        """
        self.trained = trained
        self.window = trained.data.longest if window is None else window
        if self.window < 0.1:
            raise UsageError(f"a window of {self.window:g} s: expected at least 0.1 s")

    @classmethod
    def from_pretrained(cls, name: str | Path, window: float | None = None) -> Self:
        """Loads a model from a folder or the Hub; see :func:`training.trained.load_trained`."""
        return cls(load_trained(name), window)

    def predict(self, path: str | Path) -> Prediction:
        """Classifies one file.

        Raises:
            UsageError: There is no such file.
            DataError: The file cannot be decoded, or all of it is digital silence.
        """
        path = Path(path)
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
        try:
            duration, read = open_audio(path.read_bytes())
            stretches = window_bounds(duration, self.window)
            bounds, rows = self._classify(stretches, read)
        except AudioError as error:
            raise DataError(f"{path}: {error}") from error
        seconds = np.array([end - start for start, end in bounds])
        pooled = seconds @ rows / seconds.sum()
        arousal, valence = marginals(pooled, self.trained.labels)
        return Prediction(
            path=str(path),
            duration=round(duration, 3),
            label=self.trained.labels[int(pooled.argmax())],
            probabilities=_named(self.trained.labels, pooled),
            arousal=arousal,
            valence=valence,
            windows=tuple(
                Window(
                    round(start, 3),
                    round(end, 3),
                    self.trained.labels[int(row.argmax())],
                    round(float(row.max()), 4),
                )
                for (start, end), row in zip(bounds, rows, strict=True)
            ),
        )

    @torch.inference_mode()
    def _classify(
        self, stretches: Sequence[tuple[float, float]], read: "Reader"
    ) -> tuple[list[tuple[float, float]], Probabilities]:
        """The stretches that hold a signal, and their probabilities ``(stretches, classes)``."""
        bounds: list[tuple[float, float]] = []
        rows: list[Probabilities] = []
        batch_size = max(1, int(BATCH_SECONDS / self.window))
        for batch in _in_batches(_with_signal(stretches, read), batch_size):
            inputs = collate([example for _, example in batch])
            logits = self.trained.model(
                inputs["input_values"].to(self.trained.device),
                attention_mask=inputs["attention_mask"].to(self.trained.device),
            ).logits
            bounds += [stretch for stretch, _ in batch]
            rows.append(logits.double().softmax(dim=-1).cpu().numpy())
        return bounds, np.concatenate(rows)


Reader = Callable[[float | None, float | None], Recording]
"""Decodes a stretch of a file, from second to second; ``None`` for its beginning and end."""


def open_audio(content: bytes) -> tuple[float, Reader]:
    """The duration of an encoded file in seconds, and a reader of stretches of it.

    Raises:
        AudioError: The file holds no audio that can be decoded.
    """
    try:
        info = soundfile.info(io.BytesIO(content))
    except soundfile.LibsndfileError:
        whole = decode(content)
        return len(whole.samples) / whole.rate, lambda start, end: _cut(whole, start, end)
    return info.frames / info.samplerate, lambda start, end: decode(content, start, end)


def _cut(recording: Recording, start: float | None, end: float | None) -> Recording:
    first = round((start or 0.0) * recording.rate)
    last = None if end is None else round(end * recording.rate)
    return Recording(
        recording.samples[first:last], recording.rate, recording.codec, recording.channels
    )


def window_bounds(duration: float, window: float) -> list[tuple[float, float]]:
    """Start and end of each window of a file, in seconds.

    Windows overlap by half; the last one ends where the file ends, so all are equally long.
    """
    if duration <= window:
        return [(0.0, duration)]
    starts = [*np.arange(0.0, duration - window, window / 2).tolist(), duration - window]
    return [(start, start + window) for start in starts]


def _with_signal(
    stretches: Sequence[tuple[float, float]], read: Reader
) -> Iterator[tuple[tuple[float, float], Example]]:
    """The stretches as model input, without those of digital silence unless all are silent."""
    silence: AudioError | None = None
    found = False
    for start, end in stretches:
        recording = read(start, end) if len(stretches) > 1 else read(None, None)
        try:
            clip = prepare(recording)
        except AudioError as error:
            if error.reason not in {"silent", "empty"}:
                raise
            silence = error
            continue
        found = True
        samples = as_input(clip.samples.astype(np.float32) / np.float32(32768))
        yield (start, end), Example(input_values=samples, label=-100)
    if silence is not None and not found:
        raise silence


def _in_batches(
    windows: Iterable[tuple[tuple[float, float], Example]], size: int
) -> Iterator[list[tuple[tuple[float, float], Example]]]:
    batch = []
    for window in windows:
        batch.append(window)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def marginals(
    probabilities: Probabilities, labels: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Probabilities of arousal and of valence, summed from those of the six classes.

    Empty for a model whose classes are not the six.
    """
    if tuple(labels) != CLASSES:
        return {}, {}
    grid = probabilities.reshape(len(AROUSAL_CLASSES), len(VALENCE_CLASSES))
    return _named(AROUSAL_CLASSES, grid.sum(axis=1)), _named(VALENCE_CLASSES, grid.sum(axis=0))


def _named(names: Sequence[str], probabilities: Probabilities) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, probabilities, strict=True)}


def find_audio(paths: Sequence[str | Path]) -> list[Path]:
    """The files named, and the audio files below the folders named, in order.

    Raises:
        UsageError: A path does not exist, or a folder holds no audio.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            below = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES]
            if not below:
                raise UsageError(f"{path}: no audio files in this folder")
            files += below
        elif path.is_file():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file or folder")
    return files


def predictions_table(predictions: Iterable[Prediction]) -> Table:
    """One line a file: the likeliest class, its probability and the marginals, in per cent."""
    table = Table(caption="probabilities in per cent", caption_justify="left")
    table.add_column("file", overflow="fold")
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("class", no_wrap=True)
    for name in ("", "aroused", *VALENCE_CLASSES):
        table.add_column(name, justify="right", no_wrap=True)
    for one in predictions:
        marginal = [one.arousal.get("high"), *(one.valence.get(name) for name in VALENCE_CLASSES)]
        table.add_row(
            one.path,
            f"{one.duration:.1f}",
            one.label,
            f"{100 * one.probabilities[one.label]:.0f}",
            *("" if value is None else f"{100 * value:.0f}" for value in marginal),
        )
    return table
