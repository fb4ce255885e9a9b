"""Prediction: a trained model on audio of any kind and length.

>>> classifier = Classifier.from_pretrained("models/tiny")  # doctest: +SKIP
>>> classifier.predict("speech.wav").label  # doctest: +SKIP
'high_positive'

What is longer than a window is cut into overlapping windows, each treated as a clip of its own;
the outputs of each head, probabilities or ratings, are averaged. Windows of several files go
through the model together, similar lengths side by side. Memory holds some minutes of audio,
however long a file is.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import numpy.typing as npt
import torch

from pipeline.audio.recording import AudioError
from pipeline.audio.stream import resample_blocks, stream
from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import SAMPLE_RATE
from training.data.dataset import Example, collate
from training.data.targets import UNLABELLED
from training.inference.batch import evaluation_batch_size, predict_batch
from training.inference.load_model import LoadedModel, load_model
from training.inference.results import (
    Prediction,
    PredictionFailure,
    WindowPrediction,
    prediction_fields,
)
from training.inference.windows import AudioWindow, Samples, prepare_windows
from training.model.outputs import Predictions, join

Source = str | Path | tuple[npt.NDArray[Any], int]
"""A file, or samples ``(frames,)`` or ``(frames, channels)`` and their rate in Hz."""

SAMPLE_TYPES = ("float16", "float32", "float64", "int8", "int16", "int32")

BATCH_SECONDS = 80.0
"""Audio that goes through the model at once, padding included."""

POOL_SECONDS = 4 * BATCH_SECONDS
"""Audio that is collected and sorted by length before it is split into batches."""


class Classifier:
    """A trained model that classifies recordings."""

    def __init__(self, trained: LoadedModel, window: float | None = None) -> None:
        """Wraps a loaded model.

        Args:
            trained: The model.
            window: Seconds a window; ``None`` for the longest clip the model was evaluated on.
                Shorter windows show how emotion changes over a recording.

        Raises:
            UsageError: The window is shorter than 0.1 s or has no end.
        """
        self.trained = trained
        self.pool_seconds = POOL_SECONDS
        self.window = trained.data.longest if window is None else window
        if not 0.1 <= self.window < math.inf:  # False for NaN, too
            raise UsageError(f"a window of {self.window:g} s: expected at least 0.1 s")

    @classmethod
    def from_pretrained(cls, name: str | Path, window: float | None = None) -> Self:
        """Loads a model from a folder or the Hub.

        See :func:`training.inference.load_model.load_model`.
        """
        return cls(load_model(name), window)

    @overload
    def predict(self, source: Source) -> Prediction: ...

    @overload
    def predict(self, source: list[Source]) -> list[Prediction]: ...

    def predict(self, source: Source | list[Source]) -> Prediction | list[Prediction]:
        """Classifies a file or samples with their rate, or a list of them.

        Raises:
            UsageError: There is no such file, or what is given is neither a file nor samples with
                their rate.
            DataError: A recording cannot be decoded, or all of it is digital silence.
        """
        sources = source if isinstance(source, list) else [source]
        for one in sources:
            _check(one)
        predictions = []
        for outcome in self.predict_each(sources):
            if isinstance(outcome, PredictionFailure):
                raise DataError(f"{outcome.path or 'samples'}: {outcome.error}")
            predictions.append(outcome)
        return predictions if isinstance(source, list) else predictions[0]

    def predict_each(
        self, sources: Iterable[Source], on_progress: Callable[[int], None] = lambda windows: None
    ) -> Iterator[Prediction | PredictionFailure]:
        """Classifies recordings in batches that several of them share, and goes on after bad ones.

        Args:
            sources: Asked for one by one, as there is room.
            on_progress: Called with how many more windows have been classified.

        Yields:
            One outcome a source, in their order.
        """
        waiting: deque[_Recording] = deque()
        may_pad = evaluation_batch_size(self.trained.model, 2) > 1
        pool = _Pool(self._classify, may_pad, on_progress, self.pool_seconds)
        for source in sources:
            recording = _Recording(None if isinstance(source, tuple) else str(source))
            waiting.append(recording)
            try:
                for window in prepare_windows(_open(source), self.window):
                    recording.duration = window.end
                    if window.samples is not None:
                        pool.add(recording, window, window.samples)
            except AudioError as error:
                recording.error = str(error)
            except OSError as error:
                recording.error = error.strerror or str(error)
            recording.ended = True
            yield from self._settled(waiting)
        pool.empty()
        yield from self._settled(waiting)

    def _settled(self, waiting: deque["_Recording"]) -> Iterator[Prediction | PredictionFailure]:
        """Takes recordings that are read and classified to their end from the head of the queue."""
        while waiting and waiting[0].ended and not waiting[0].pending:
            yield waiting.popleft().outcome(self.trained)

    @torch.inference_mode()
    def _classify(self, clips: Sequence[Samples]) -> Predictions:
        """The predictions of each head for one batch of model inputs, ``(samples,)`` each."""
        inputs = collate([Example(input_values=clip, label=UNLABELLED) for clip in clips])
        return predict_batch(self.trained.model, inputs, torch.float64)


@dataclass
class _Recording:
    """A recording while it is read and classified."""

    path: str | None
    duration: float = 0.0
    error: str | None = None
    ended: bool = False
    pending: int = 0
    scored: list[tuple[float, float, Predictions]] = field(default_factory=list)

    def outcome(self, trained: LoadedModel) -> Prediction | PredictionFailure:
        """The windows' mean, head by head, weighted by how long they are."""
        if self.error is None and not self.scored:
            self.error = "silent: all of it is digital silence"
        if self.error is not None:
            return PredictionFailure(self.path, self.error)
        self.scored.sort(key=lambda scored: scored[0])
        seconds = np.array([end - start for start, end, _ in self.scored])
        predictions = join([row for _, _, row in self.scored], trained.model.config)
        mean = predictions.each(lambda rows: seconds @ rows / seconds.sum())
        classes, heads = trained.classes, trained.heads
        windows = tuple(
            WindowPrediction(
                start=round(start, 3), end=round(end, 3), **prediction_fields(row, classes, heads)
            )
            for (start, end, _), row in zip(self.scored, predictions.rows(), strict=True)
        )
        pooled = prediction_fields(mean, classes, heads)
        return Prediction(
            path=self.path, duration=round(self.duration, 3), **pooled, windows=windows
        )


class _Pool:
    """Windows of several recordings that wait to be classified together."""

    def __init__(
        self,
        classify: Callable[[Sequence[Samples]], Predictions],
        may_pad: bool,
        on_progress: Callable[[int], None],
        seconds: float,
    ) -> None:
        self.classify = classify
        self.on_progress = on_progress
        self.may_pad = may_pad
        self.most = seconds * SAMPLE_RATE
        self.held: list[tuple[_Recording, AudioWindow, Samples]] = []
        self.samples = 0

    def add(self, recording: _Recording, window: AudioWindow, samples: Samples) -> None:
        """Adds a window; classifies all of them once they are long enough."""
        recording.pending += 1
        self.held.append((recording, window, samples))
        self.samples += len(samples)
        if self.samples >= self.most:
            self.empty()

    def empty(self) -> None:
        """Classifies all windows, similar lengths together."""
        self.held.sort(key=lambda one: len(one[2]))
        for part in batches([len(samples) for _, _, samples in self.held], self.may_pad):
            predictions = self.classify([samples for _, _, samples in self.held[part]])
            for number, (recording, window, _) in enumerate(self.held[part]):
                recording.pending -= 1
                recording.scored.append((window.start, window.end, predictions.take([number])))
            self.on_progress(part.stop - part.start)
        self.held, self.samples = [], 0


def batches(lengths: Sequence[int], may_pad: bool) -> Iterator[slice]:
    """Cuts clips into batches of at most :data:`BATCH_SECONDS`, padding included.

    Args:
        lengths: Samples of each clip, ascending.
        may_pad: Whether clips of different lengths may share a batch.
    """
    start = 0
    for index, length in enumerate(lengths):
        full = (index - start + 1) * length > BATCH_SECONDS * SAMPLE_RATE
        if index > start and (full or not (may_pad or length == lengths[start])):
            yield slice(start, index)
            start = index
    if lengths:
        yield slice(start, len(lengths))


def _check(source: Source) -> None:
    """Rejects what is not a recording.

    Raises:
        UsageError: It is not; the message says what is expected.
    """
    expected = "expected a path, or (samples, rate) with samples (frames,) or (frames, channels)"
    if isinstance(source, str | Path):
        if not Path(source).is_file():
            what = "a folder" if Path(source).is_dir() else "no such file"
            raise UsageError(f"{source}: {what}: expected a file of audio")
        return
    if not (isinstance(source, tuple) and len(source) == 2):
        raise UsageError(f"{type(source).__name__}: {expected}")
    samples, rate = np.asarray(source[0]), source[1]
    if not isinstance(rate, int | np.integer) or rate < 1:
        raise UsageError(f"a rate of {rate!r}: expected a whole number of Hz")
    if samples.dtype not in SAMPLE_TYPES:
        raise UsageError(f"samples of type {samples.dtype}: expected floats or signed integers")
    channels = samples.shape[1] if samples.ndim == 2 else 1
    if samples.ndim not in (1, 2) or channels > len(samples) > 0:
        raise UsageError(f"samples of shape {samples.shape}: {expected}")


def _open(source: Source) -> Iterable[Samples]:
    """A source as mono blocks at 16 kHz, float32 ``(samples,)`` each."""
    if not isinstance(source, tuple):
        return stream(source)
    samples, rate = np.asarray(source[0]), source[1]
    if np.issubdtype(samples.dtype, np.integer):
        samples = samples / -float(np.iinfo(samples.dtype).min)
    mono = samples.mean(axis=1) if samples.ndim == 2 else samples
    return resample_blocks([mono.astype(np.float32)], rate)
