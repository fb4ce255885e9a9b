"""A container is one file: with a backend in the list, everything that reads audio takes it."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pytest

from exhubert.cli.main import main
from pipeline.audio import decoder
from pipeline.audio.backend import AudioBlocks, Backend
from pipeline.audio.decoder import BACKENDS, decode, suffixes
from pipeline.audio.recording import Recording, Span
from pipeline.audio.stream import stream
from pipeline.drafting.draft_spec import draft_spec
from pipeline.shards.versions import audio_versions
from pipeline.sources.listing import list_files
from tests.conftest import MakeCorpus, MakeSpec


class MadeUp(Backend):
    """``MADE``, the rate, then 16-bit samples."""

    suffixes = frozenset({".made"})
    libraries = ("numpy",)

    def accepts(self, head: bytes) -> bool:
        return head.startswith(b"MADE")

    def decode(self, content: bytes, span: Span) -> Recording | None:
        (rate,) = struct.unpack_from("<I", content, 4)
        samples = np.frombuffer(content, "<i2", offset=8)[:, None]
        first, last = span.frame_range(len(samples), rate)
        return Recording(samples[first:last], rate, "MADE/PCM_16", 1)

    def open(self, source: BinaryIO, block_frames: int) -> AudioBlocks | None:
        recording = self.decode(source.read(), Span())
        assert recording is not None
        starts = range(0, len(recording.samples), block_frames)
        scaled = recording.samples / np.float32(32768)
        return AudioBlocks(recording.rate, (scaled[i : i + block_frames] for i in starts))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "BACKENDS", (MadeUp(), *BACKENDS))


@pytest.fixture
def made_corpus(make_corpus: MakeCorpus) -> Path:
    """The tones, in the made-up container."""
    root = make_corpus()
    for file in sorted(root.rglob("*.wav")):
        recording = decode(file.read_bytes())
        made = b"MADE" + struct.pack("<I", recording.rate) + recording.samples.tobytes()
        file.with_suffix(".made").write_bytes(made)
        file.unlink()
    return root


@pytest.fixture
def build(make_spec: MakeSpec, made_corpus: Path, tmp_path: Path) -> Callable[[], int]:
    make_spec(audio='"wav/*.made"', path=r"'(?P<speaker>s\d+)_(?P<emotion>[a-z]+)_\d+\.made$'")
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--json", "--jobs", "1"]
    command += ["--root", f"tones={made_corpus}", "--output", str(tmp_path / "dataset")]
    return lambda: main(command)


def test_build_takes_it_and_makes_shards_anew_that_had_refused_it(
    build: Callable[[], int], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert build() == 1
    rejects = pd.read_parquet(tmp_path / "dataset" / "rejects.parquet")
    assert list(rejects["reason"]) == ["undecodable"] * 24
    request.getfixturevalue("made_up")
    assert build() == 0
    shards = sorted((tmp_path / "dataset").glob("data/*/*.parquet"))
    rows = pd.concat(map(pd.read_parquet, shards))
    assert len(rows) == 24
    assert set(rows["source_codec"]) == {"MADE/PCM_16"}


@pytest.mark.usefixtures("made_up")
def test_stream_takes_it(made_corpus: Path) -> None:
    file = next(made_corpus.rglob("*.made"))
    samples = decode(file.read_bytes()).samples[:, 0]
    streamed = np.concatenate(list(stream(file, block_frames=1_000)))
    np.testing.assert_allclose(streamed, samples / 32768, atol=1e-7)


@pytest.mark.usefixtures("made_up")
def test_drafting_takes_it(made_corpus: Path) -> None:
    text = draft_spec("made", list_files(str(made_corpus)), bytes)
    assert "audio: '*/*.made'" in text


@pytest.mark.usefixtures("made_up")
def test_suffixes_and_fingerprint_derive_from_it() -> None:
    assert ".made" in suffixes()
    assert audio_versions()["backends"] == "MadeUp PlainWav PlainFlac Sndfile Ffmpeg"


def test_recordings_of_every_suffix_can_be_drafted() -> None:
    assert {".wav", ".flac", ".opus", ".mp3", ".m4a", ".mp4", ".sph"} <= set(suffixes())
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes())
