"""Containers, states of the length they state, and paths: the whole sound, a reason, or a flag.

``docs/lengths.md`` holds the table; ``python -m tests.pipeline.audio.test_lengths`` writes it anew.
"""

import contextlib
import io
import re
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError, Recording
from pipeline.audio.stream import stream
from pipeline.common.errors import DataError
from tests.support.containers import FILES, RATE, SECONDS, STATES
from training.data.clips import decode_clip

DOCS = Path(__file__).parents[3] / "docs" / "lengths.md"
PADDING = 0.15
"""Seconds that codecs add, or that two decoders differ by."""


@cache
def file(name: str, state: str) -> bytes | None:
    content = _whole(name)
    return STATES[state](name, content)


@cache
def _whole(name: str) -> bytes:
    return FILES[name]()


CASES = [(name, state) for name in FILES for state in STATES if file(name, state) is not None]


def read(content: bytes, *times: float) -> Recording | str:
    """The recording, or the reason why not."""
    try:
        return decode(content, *times)
    except AudioError as error:
        return error.reason


def seconds(recording: Recording) -> float:
    return len(recording.samples) / recording.rate


def scaled(recording: Recording) -> np.ndarray:
    full = 32768 if recording.samples.dtype == np.int16 else 1
    return recording.samples / np.float32(full)


def outcome(name: str, state: str) -> str:
    """What the table says."""
    content = file(name, state)
    if content is None:
        return ""
    found = read(content)
    if isinstance(found, str):
        return f"`{found}`"
    parts = seconds(found) / SECONDS
    size = next((word for part, word in SIZES.items() if abs(parts / part - 1) < 0.08), "")
    return ", ".join([size or f"{seconds(found):.1f} s", *(f"`{flag}`" for flag in found.flags)])


SIZES = {1.0: "whole", 2.0: "both", 0.5: "half"}


def ffmpegs(content: bytes) -> float:
    """Seconds that FFmpeg decodes, packet by packet."""
    total = 0.0
    with av.open(io.BytesIO(content)) as container:
        for packet in container.demux(container.streams.audio[0]):
            with contextlib.suppress(av.FFmpegError):
                total += sum(frame.samples / frame.sample_rate for frame in packet.decode())
    return total


@pytest.mark.parametrize(("name", "state"), CASES)
def test_sound_is_whole_or_as_ffmpeg_has_it_or_there_is_a_reason_or_a_flag(
    name: str, state: str
) -> None:
    content = file(name, state)
    assert content is not None
    found = read(content)
    if state in {"whole", "tag before"}:
        assert isinstance(found, Recording)
        assert seconds(found) == pytest.approx(SECONDS, abs=PADDING)
        assert not found.flags
    elif isinstance(found, str):
        assert found in {"truncated", "undecodable", "empty"}
    elif not found.flags:
        assert seconds(found) == pytest.approx(ffmpegs(content), abs=PADDING)
        assert state != "cut in the middle"


@pytest.mark.parametrize("name", FILES)
def test_tag_before_the_header_changes_no_sample(name: str) -> None:
    tagged, whole = read(file(name, "tag before") or b""), read(_whole(name))
    assert isinstance(tagged, Recording)
    assert isinstance(whole, Recording)
    np.testing.assert_array_equal(tagged.samples, whole.samples)


@pytest.mark.parametrize(("name", "state"), CASES)
def test_stream_of_predict_is_what_a_build_decodes(name: str, state: str, tmp_path: Path) -> None:
    content = file(name, state) or b""
    (tmp_path / "http:clip").write_bytes(content)
    found = read(content)
    if isinstance(found, str):
        with pytest.raises(AudioError, match=found):
            list(stream(tmp_path / "http:clip"))
        return
    streamed = sum(map(len, stream(tmp_path / "http:clip")))
    assert streamed == -(-len(found.samples) * RATE // found.rate)


@pytest.mark.parametrize(("name", "state"), CASES)
def test_segment_is_a_part_of_the_whole_or_refused_for_the_same_reason(
    name: str, state: str
) -> None:
    content = file(name, state) or b""
    whole, part = read(content), read(content, 0.1, 0.3)
    if isinstance(whole, str):
        used = whole == "undecodable" or "FLAC" in name  # what is whole before the damage
        assert part == whole or (used and isinstance(part, Recording))
    elif seconds(whole) < 0.3:
        assert part == "outside_recording"
    elif part == "truncated":  # libsndfile can't seek where the last block is cut
        assert "trailing_data" in whole.flags
    else:
        assert isinstance(part, Recording)
        first, last = round(0.1 * part.rate), round(0.3 * part.rate)
        if "MP3" in name and not whole.codec.startswith("mp3/"):  # its decoder keeps no state
            assert len(part.samples) == last - first
        else:
            expected = scaled(whole)[first:last]
            np.testing.assert_allclose(scaled(part), expected, atol=1e-3)
        assert read(content, 0.1, seconds(whole) + 1) == "outside_recording"


@pytest.mark.parametrize(("name", "state"), CASES)
def test_loader_gives_the_same_or_refuses_the_shard(name: str, state: str) -> None:
    content = file(name, state) or b""
    found = read(content)
    if isinstance(found, str) or found.rate != RATE:
        with pytest.raises(DataError):
            decode_clip(content, "shard", "clip")
    else:
        assert len(decode_clip(content, "shard", "clip")) == len(found.samples)


def table() -> str:
    """For the docs, in Markdown."""
    lines = ["| container | " + " | ".join(STATES) + " |", "|---" * (len(STATES) + 1) + "|"]
    for name in FILES:
        lines.append(f"| {name} | " + " | ".join(outcome(name, state) for state in STATES) + " |")
    return "\n".join(lines) + "\n"


def test_table_in_the_docs_is_what_happens() -> None:
    assert table() in DOCS.read_text(encoding="utf-8"), (
        "python -m tests.pipeline.audio.test_lengths"
    )


if __name__ == "__main__":
    text = DOCS.read_text(encoding="utf-8")
    DOCS.write_text(
        re.sub(r"\| container \|.*\n(\|.*\n)+", lambda _: table(), text), encoding="utf-8"
    )
