"""Any file is decoded, whatever its name, or refused with the reason."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.containers.examination import examine
from pipeline.audio.decoder import decode
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError
from tests.conftest import tone
from tests.support.audio import stored, video
from tests.support.containers import with_tag


def problem(content: bytes, **how: float) -> str:
    with pytest.raises(AudioError) as error:
        process_recording(decode(content, **how))
    assert error.value.detail
    return error.value.reason


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("WAV", "WAV/PCM_16"), ("AIFF", "AIFF/PCM_16"), ("FLAC", "FLAC/PCM_16"),
     ("OGG", "OGG/VORBIS"), ("MP3", "MP3/MPEG_LAYER_III"), ("NIST", "NIST/PCM_16")],
)  # fmt: skip
def test_content_decides_the_decoder(kind: str, codec: str) -> None:
    recording = decode(stored(tone(seconds=0.5), kind=kind))
    assert recording.codec == codec
    spectrum = np.abs(np.fft.rfft(process_recording(recording).samples[:8_000]))
    assert np.argmax(spectrum) == pytest.approx(220, abs=1)  # 440 Hz over half a second


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_format_gives_the_same_sound(subtype: str) -> None:
    reference = process_recording(decode(stored(tone()))).samples.astype(int)
    samples = process_recording(decode(stored(tone(), subtype=subtype))).samples.astype(int)
    assert np.abs(samples - reference).max() < 1_500


def test_part_of_a_recording() -> None:
    long = np.concatenate([tone(400, 1.0), tone(800, 1.0)])
    part = decode(stored(long), start=1.0, end=1.5)
    np.testing.assert_allclose(part.samples[:, 0] / 32768, tone(800, 0.5), atol=1e-4)
    assert problem(stored(long), start=3.0, end=4.0) == "outside_recording"


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "PCM_24"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III")],
)
@pytest.mark.parametrize("start", [1.0, 1e308])
def test_part_that_can_not_be_is_never_another_sound(kind: str, subtype: str, start: float) -> None:
    content = stored(tone(seconds=2.0), kind=kind, subtype=subtype)
    assert problem(content, start=start, end=0.5) == "outside_recording"
    assert problem(content, start=-start, end=1.5) == "outside_recording"
    assert problem(content, end=-start) == "outside_recording"
    assert problem(content, start=1.0, end=1e308) == "outside_recording"
    assert decode(content, start=1.0, end=2.005).samples.shape == (16_000, 1)


def test_problems_have_reasons() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 99\n"
    whole = stored(tone(seconds=1.0))
    assert problem(b"") == "empty"
    assert problem(pointer) == "git_lfs_pointer"
    assert problem(stored(np.zeros(0))) == "empty"
    assert problem(stored(np.zeros(1_000))) == "silent"
    assert problem(stored(np.full(1_000, 0.25))) == "silent"
    assert problem(b"just some text") == "undecodable"
    assert problem(whole[: len(whole) // 2]) == "truncated"
    assert problem(stored(tone(seconds=1.0), kind="AIFF")[:9_000]) == "truncated"
    assert problem(stored(tone(seconds=1.0), kind="FLAC")[:9_000]) == "truncated"
    assert problem(whole, max_duration=0.5) == "too_long"
    assert problem(video(1.0), max_duration=0.5) == "too_long"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_never_crash(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["WAV", "AIFF", "FLAC", "OGG", "MP3"]))
    content = bytearray(stored(tone(seconds=0.1), kind=kind))
    places = st.integers(0, min(len(content) - 1, 200))
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with contextlib.suppress(AudioError):  # any other exception fails
        assert len(process_recording(decode(bytes(content), max_duration=10.0)).samples) > 0


def test_a_file_is_examined_once_for_all_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    examined = []
    monkeypatch.setattr(
        "pipeline.audio.decoder.examine",
        lambda content: examined.append(len(content)) or examine(content),
    )
    content = with_tag(stored(tone(seconds=2.0)))
    for start in (0.0, 0.5, 1.0):
        assert len(decode(content, start, start + 0.5).samples) == 8_000
    assert examined == [len(content)]
