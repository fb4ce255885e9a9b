from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.audio.decoder import decode
from pipeline.audio.processing import resample
from pipeline.audio.recording import AudioError
from pipeline.audio.stream import stream


def noise(frames: int, channels: int = 1) -> np.ndarray:
    samples = np.random.default_rng(frames).normal(0, 0.2, (frames, channels))
    return samples.clip(-1, 1).astype(np.float32)


def write_aac(path: Path, samples: np.ndarray, rate: int) -> None:
    with av.open(str(path), "w") as container:
        layout = "stereo" if samples.shape[1] == 2 else "mono"
        to = container.add_stream("aac", rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), "fltp", layout)
        frame.sample_rate = rate
        container.mux(to.encode(frame))
        container.mux(to.encode(None))


def assert_streams_as_decoded(path: Path, block_frames: int) -> None:
    whole = decode(path.read_bytes())
    samples = whole.samples / 32768 if whole.samples.dtype == np.int16 else whole.samples
    expected = resample(samples.mean(axis=1).astype(np.float32), whole.rate)
    found = np.concatenate(list(stream(path, block_frames)))
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-5)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.integers(1, 30_000),
    rate=st.sampled_from([8_000, 16_000, 22_050, 44_100, 48_000, 96_000]),
    channels=st.integers(1, 3),
    kind=st.sampled_from(["WAV", "FLAC", "AIFF"]),
    block=st.integers(50, 40_000),
)
def test_blocks_are_together_what_decoding_the_whole_gives(
    tmp_path: Path, frames, rate, channels, kind, block
) -> None:
    path = tmp_path / "a.raw"  # the content decides, not the suffix
    soundfile.write(path, noise(frames, channels), rate, format=kind)
    assert_streams_as_decoded(path, block)


@pytest.mark.parametrize("suffix", [".m4a", ".mp4", ".mkv"])
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (16_000, 1)])
def test_what_only_ffmpeg_reads_is_streamed_alike(
    tmp_path: Path, suffix: str, rate: int, channels: int
) -> None:
    write_aac(tmp_path / f"a{suffix}", noise(3 * rate, channels), rate)
    assert_streams_as_decoded(tmp_path / f"a{suffix}", block_frames=5_000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"no audio at all", "undecodable"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git_lfs_pointer"),
    ],
)
def test_what_is_no_audio_has_the_reason_that_decoding_gives(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError) as streamed:
        list(stream(path))
    with pytest.raises(AudioError) as decoded:
        decode(content)
    assert streamed.value.reason == decoded.value.reason == reason


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_broken_off_file_is_truncated(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.audio"
    soundfile.write(path, noise(48_000), 16_000, format=kind)
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(AudioError, match="truncated"):
        list(stream(path))
