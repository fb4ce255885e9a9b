"""The bytes of a dataset change only together with a version."""

import io
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.decoder import decode, decoding_libraries
from pipeline.audio.encoding import encode
from pipeline.audio.processing import Clip, process_recording
from pipeline.shards import versions
from pipeline.shards.versions import AUDIO_VERSION, LIBRARIES, audio_versions, library_version

GOLDEN = Path(__file__).with_name("golden.npz")
"""What :func:`make_clips` came to when its version was raised; see :func:`write_golden`."""

FILES = {
    "wav": (16_000, 1, "WAV", "PCM_16"),
    "stereo": (44_100, 2, "WAV", "PCM_16"),
    "float": (48_000, 1, "WAV", "FLOAT"),
    "flac": (22_050, 1, "FLAC", "PCM_24"),
    "telephone": (8_000, 1, "WAV", "ULAW"),
}


def make_clips() -> dict[str, Clip]:
    """A chirp of a quarter of a second with a DC offset, out of files of five kinds."""
    clips = {}
    for name, (rate, channels, container, encoding) in FILES.items():
        time = np.arange(rate // 4) / rate
        chirp = 0.01 + 0.4 * np.sin(2 * np.pi * (200 + 4_000 * time) * time)
        samples = np.stack([chirp * (1 - 0.5 * channel) for channel in range(channels)], axis=1)
        file = io.BytesIO()
        soundfile.write(file, samples, rate, format=container, subtype=encoding)
        clips[name] = process_recording(decode(file.getvalue()))
    return clips


def write_golden() -> None:
    """After raising :data:`AUDIO_VERSION`: ``python -m tests.pipeline.shards.test_versions``."""
    clips = {name: clip.samples for name, clip in make_clips().items()}
    np.savez_compressed(GOLDEN, version=AUDIO_VERSION, **clips)


def test_clips_are_those_of_the_version() -> None:
    golden = np.load(GOLDEN)
    assert golden["version"] == AUDIO_VERSION
    for name, clip in make_clips().items():
        # Sums of float32 depend on the CPU in their last bit, which rounding may carry on by one.
        assert len(clip.samples) == len(golden[name]), name
        difference = clip.samples.astype(np.int32) - golden[name]
        assert np.abs(difference).max() <= 1, f"{name}: raise AUDIO_VERSION, then write_golden()"


@pytest.mark.parametrize("codec", ["flac", "wav"])
def test_golden_samples_are_stored_without_loss(codec) -> None:
    golden = np.load(GOLDEN)
    for name in FILES:
        stored, rate = soundfile.read(io.BytesIO(encode(golden[name], codec)), dtype="int16")
        assert rate == 16_000
        np.testing.assert_array_equal(stored, golden[name])


def test_libraries_count_and_may_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(library: str) -> str:
        if library == "miniaudio":
            raise PackageNotFoundError(library)
        return "1.0"

    monkeypatch.setattr(versions, "version", version)
    library_version.cache_clear()
    found = audio_versions()
    library_version.cache_clear()
    libraries = dict.fromkeys((*LIBRARIES, *decoding_libraries()), "1.0")
    assert found == libraries | {
        "audio": str(AUDIO_VERSION),
        "backends": "PlainWav PlainFlac Sndfile Ffmpeg",
        "miniaudio": "absent",
    }


if __name__ == "__main__":
    write_golden()
