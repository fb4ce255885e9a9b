"""Parts of long files come to the same as parts of files that are held whole."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from xxhash import xxh3_128_hexdigest

from pipeline.schema.record import Record
from pipeline.schema.utterance import Utterance
from pipeline.shards import source_audio
from pipeline.shards.receipts import RejectRow
from pipeline.sources import byte_ranges, reader
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import MakeSpec
from tests.pipeline.shards.conftest import OPTIONS, make_records
from tests.support.archives import zipped

Built = tuple[list[dict[str, Any]], list[RejectRow]]
Build = Callable[[Path], Built]

STARTS = [*np.arange(0.0, 19.0, 0.7), 25.0, 19.5]
"""Of parts of one second; one lies outside, and one ends behind the end."""


def sound(container: str, seconds: float = 20.0, rate: int = 16_000) -> bytes:
    samples = np.random.default_rng(0).standard_normal((round(seconds * rate), 2)) * 0.1
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, 2, format=container) as out:
        for start in range(0, len(samples), 4_096):
            out.write(samples[start : start + 4_096])
    return file.getvalue()


@pytest.fixture
def build(spec: CorpusSpec, utterances: list[Utterance], monkeypatch: pytest.MonkeyPatch) -> Build:
    def run(path: Path, starts: list[float] = STARTS, long: int = 0) -> Built:
        monkeypatch.setattr(source_audio, "LONG", long)
        source_audio._KNOWN.clear()
        parts = [
            utterances[0]._replace(
                id=f"tones/call#{start:.1f}", start=start, end=start + 1.0,
                source_path=path.name, source_size=path.stat().st_size,
            )
            for start in starts
        ]  # fmt: skip
        rejects: list[RejectRow] = []
        parts.sort(key=lambda part: part.id)
        return list(make_records(parts, spec, str(path.parent), OPTIONS, rejects.append)), rejects

    return run


def text(built: Built) -> str:
    return json.dumps(built, default=str)


@pytest.mark.parametrize("damage", ["none", "cut", "holed", "twice", "tagged", "empty", "pointer"])
@pytest.mark.parametrize("container", ["WAV", "FLAC", "AIFF", "OGG"])
def test_a_long_file_gives_what_a_short_one_gives(
    build: Build, tmp_path: Path, container: str, damage: str
) -> None:
    content = sound(container)
    half = len(content) // 2
    content = {
        "none": content,
        "cut": content[:half],
        "holed": content[:half] + bytes(2_000) + content[half + 2_000 :],
        "twice": content + content,
        "tagged": b"ID3\x04\x00\x00" + bytes([0, 0, 1, 0]) + bytes(128) + content,
        "empty": b"",
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    }[damage]
    path = tmp_path / f"call.{container.lower()}"
    path.write_bytes(content)
    whole = build(path, long=1 << 40)  # type: ignore[call-arg]
    assert text(build(path)) == text(whole)
    if damage == "none":
        rows, rejects = whole
        assert len(rows) == len(STARTS) - 2
        assert {row.reason for row in rejects} == {"outside_recording"}
        assert {row["source_xxh3"] for row in rows} == {xxh3_128_hexdigest(content)}
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "AIFF"])
def test_the_bytes_of_a_long_file_are_asked_for_once(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, container: str
) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(sound(container))
    asked: list[int] = []

    def read(file: Path, start: int, end: int) -> bytes:
        asked.append(end - start)
        return file.read_bytes()[start:end]

    monkeypatch.setattr(byte_ranges, "_read_local", read)
    monkeypatch.setattr(reader, "BLOCK", 1 << 14)
    rows, _ = build(path)
    assert sum(asked) == path.stat().st_size
    assert len(asked) > 50
    again, _ = build(path, [3.0])  # type: ignore[call-arg]
    assert again[0]["source_xxh3"] == rows[0]["source_xxh3"]


def test_a_second_shard_of_a_recording_reads_its_own_parts_alone(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(sound("WAV"))
    build(path)
    known = dict(source_audio._KNOWN)
    asked: list[int] = []
    original = byte_ranges._read_local

    def read(file: Path, start: int, end: int) -> bytes:
        asked.append(end - start)
        return original(file, start, end)

    monkeypatch.setattr(byte_ranges, "_read_local", read)
    monkeypatch.setattr(reader, "BLOCK", 1 << 14)
    monkeypatch.setattr(source_audio._KNOWN, "clear", lambda: None)
    rows, _ = build(path, [3.0])  # type: ignore[call-arg]
    assert rows[0]["source_xxh3"] == next(iter(known.values())).xxh3
    assert sum(asked) < path.stat().st_size / 4


def test_a_file_that_is_gone_is_said_of_each_part(
    build: Build, tmp_path: Path, spec: CorpusSpec, utterances: list[Utterance]
) -> None:
    parts = [
        utterances[0]._replace(start=0.0, end=end, source_path="gone.wav", source_size=1 << 30)
        for end in (1.0, 2.0)
    ]
    rejects: list[RejectRow] = []
    assert not list(make_records(parts, spec, str(tmp_path), OPTIONS, rejects.append))
    assert [row.reason for row in rejects] == ["unreadable"] * 2


def test_two_channels_of_one_span_are_two_clips(
    tmp_path: Path, spec: CorpusSpec, utterances: list[Utterance]
) -> None:
    (tmp_path / "call.wav").write_bytes(sound("WAV"))
    sides = [
        utterances[0]._replace(
            id=f"tones/call#1-2,ch{side}", start=1.0, end=2.0, channel=side, source_path="call.wav"
        )
        for side in (0, 1)
    ]
    left, right = make_records(sides, spec, str(tmp_path), OPTIONS, pytest.fail)
    assert left["audio_xxh3"] != right["audio_xxh3"]
    assert left["source_xxh3"] == right["source_xxh3"]


def test_long_recordings_in_an_archive_of_a_store_are_read_as_those_of_a_folder(
    make_spec: MakeSpec,
    utterances: list[Utterance],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = zipped({"call.wav": sound("WAV")}, zipfile.ZIP_STORED)
    (tmp_path / "calls.zip").write_bytes(content)
    parts = [
        utterances[0]._replace(
            id=f"tones/call#{start:.1f}", start=start, end=start + 1.0,
            source_path="calls.zip/call.wav", source_size=len(sound("WAV")),
        )
        for start in STARTS[:-2]
    ]  # fmt: skip
    spec = make_spec(archive="calls.zip")
    built: list[list[Record]] = []
    monkeypatch.setattr(source_audio, "LONG", 0)
    for is_remote in (False, True):
        monkeypatch.setattr(reader, "is_remote", lambda root, is_remote=is_remote: is_remote)
        built.append(list(make_records(parts, spec, str(tmp_path), OPTIONS, pytest.fail)))
    assert len(built[0]) == len(parts)
    assert text(built[0]) == text(built[1])


def test_rows_of_two_recordings_of_a_store_may_take_turns(
    spec: CorpusSpec, utterances: list[Utterance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("rec.wav", "rec#1.wav"):
        (tmp_path / name).write_bytes(sound("WAV"))
    parts = [
        utterances[0]._replace(
            id=f"tones/rec#{start}{name}", start=start, end=start + 1.0, source_path=name,
            source_size=(tmp_path / name).stat().st_size,
        )
        for start in (1.0, 2.0)
        for name in ("rec.wav", "rec#1.wav")
    ]  # fmt: skip
    monkeypatch.setattr(reader, "is_remote", lambda root: True)
    assert len(list(make_records(parts, spec, str(tmp_path), OPTIONS, pytest.fail))) == 4
