"""Tiny corpora on disk: tones under the names of a made-up corpus, and its spec."""

import os
import signal
import threading
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import settings

from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import load_spec

settings.register_profile("exhubert", deadline=None)  # a busy machine is no failure
settings.load_profile("exhubert")

os.environ["EXHUBERT_CONFIG"] = ""  # what whoever runs the tests has configured is none of theirs
for name in ("EXHUBERT_DATA_ROOT", "EXHUBERT_JOBS"):
    os.environ.pop(name, None)

if threading.current_thread() is threading.main_thread():
    # A shell that runs tests in the background has them, and all they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Has drivers, workers and commands that tests start take the same warnings for errors.

    Python takes the text of a message there as it is, pytest as a pattern.
    """
    os.environ["PYTHONWARNINGS"] = ",".join(config.getini("filterwarnings"))


SPEC = """
id: {corpus}
name: Tones
languages: [en]
kind: acted
licence: {{name: CC0-1.0, redistribute: true}}
access: {{how: open}}
citation: Nobody, never
audio: "wav/*.wav"
path: '(?P<speaker>s\\d+)_(?P<emotion>[a-z]+)_(?P<take>\\d+)\\.wav$'
emotions: {{ang: anger, neu: neutral, hap: happiness}}
exclude: {{oth: other}}
expected: {{utterances: {utterances}, source: this test}}
"""

MakeSpec = Callable[..., CorpusSpec]
MakeCorpus = Callable[..., Path]


def tone(hertz: float = 440.0, seconds: float = 0.3, rate: int = 16_000) -> np.ndarray:
    """A quiet tone, float in [−0.5, 0.5]."""
    time = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * hertz * time)


def write_tone(path: Path, hertz: float = 440.0, seconds: float = 0.3, rate: int = 16_000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(hertz, seconds, rate), rate)


@pytest.fixture
def make_spec(tmp_path: Path) -> MakeSpec:
    """Writes the spec of the tones, with lines replaced or added, and loads it."""

    def make(corpus: str = "tones", utterances: int = 24, **keys: str) -> CorpusSpec:
        lines = SPEC.format(corpus=corpus, utterances=utterances).strip().splitlines()
        lines = [line for line in lines if line.split(":")[0] not in keys]
        lines += [f"{key}: {value}" for key, value in keys.items()]
        file = tmp_path / f"{corpus}.yaml"
        file.write_text("\n".join(lines))
        return load_spec(file)

    return make


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    """Writes tones of some speakers, two takes an emotion, every one different."""

    def make(
        corpus: str = "tones",
        speakers: int = 4,
        emotions: Iterable[str] = ("ang", "neu", "hap"),
        takes: int = 2,
    ) -> Path:
        root = tmp_path / "corpora" / corpus
        number = zlib.crc32(corpus.encode()) % 5_000  # no two corpora sound alike
        for speaker in range(speakers):
            for emotion in emotions:
                for take in range(takes):
                    number += 1
                    name = f"s{speaker:02d}_{emotion}_{take}.wav"
                    write_tone(root / "wav" / name, hertz=200 + 0.3 * number)
        return root

    return make


@pytest.fixture(scope="session")
def real_audio() -> Path:
    """Folder of real corpora, which licences keep out of this repository."""
    folder = os.environ.get("EXHUBERT_REAL_AUDIO")
    if not folder:
        pytest.skip("EXHUBERT_REAL_AUDIO is not set: no real corpora at hand")
    return Path(folder)
