"""The bytes of a dataset change only together with a version."""

import io
import json
import platform
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from xxhash import xxh3_128_hexdigest

from pipeline.audio.decoder import decode, decoding_libraries
from pipeline.audio.encoding import encode
from pipeline.audio.options import Codec
from pipeline.audio.processing import ProcessedClip, process_recording
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.record import Record
from pipeline.shards import versions
from pipeline.shards.parquet import in_row_groups, read_shard, write_parquet
from pipeline.shards.receipts import shard_path
from pipeline.shards.records import metadata_columns
from pipeline.shards.versions import (
    AUDIO_VERSION,
    LIBRARIES,
    RECORD_VERSION,
    audio_versions,
    library_version,
)
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from tests.conftest import write_tone
from tests.pipeline.shards.conftest import SHARD, Write

SAMPLES = Path(__file__).with_name("golden.npz")
"""What :func:`make_clips` came to when its version was raised; see :func:`write_golden`."""

STORED = Path(__file__).with_name("golden.json")
"""Checksums of those clips as FLAC and of a shard, its rows, and what had written them."""

FILES = {
    "wav": (16_000, 1, "WAV", "PCM_16"),
    "stereo": (44_100, 2, "WAV", "PCM_16"),
    "float": (48_000, 1, "WAV", "FLOAT"),
    "flac": (22_050, 1, "FLAC", "PCM_24"),
    "telephone": (8_000, 1, "WAV", "ULAW"),
}

SPEC = """
id: golden
name: Golden
languages: [en, de]
kind: acted
licence: {name: CC-BY-4.0, url: https://creativecommons.org/licenses/by/4.0/, redistribute: true}
access: {how: open}
citation: Nobody, never
audio: "wav/*.wav"
path: '(?P<tongue>[ed])_(?P<speaker>s\\d)_(?P<emotion>[A-Z])_(?P<text>\\d)\\.wav$'
tables:
  heard:
    file: heard.csv
    match: {clip: "{stem}"}
    take: [rater, emotion, arousal, valence]
  facts:
    file: facts.csv
    match: {clip: "{stem}"}
    take: [room, dominance]
language: {of: tongue, e: en, d: de}
gender: {of: speaker, female: [s1], male: [s2]}
age: {of: speaker, s1: 31, s2: 47.5}
texts: {"1": A sentence, "2": Ein Satz}
raters: {rows: [heard], by: rater, emotion: plurality, ratings: mean}
scales: {arousal: [1, 5], valence: [1, 5], dominance: [0, 100]}
annotations: [room]
emotions: {A: anger, S: sadness, N: neutral}
exclude: {X: other}
splits: {by: speaker}
expected: {source: this test}
"""

TABLES = {
    "heard.csv": "clip,rater,emotion,arousal,valence\n"
    "e_s1_A_1,r1,A,4,1\ne_s1_A_1,r2,A,5,2\ne_s1_A_1,r3,N,3,3\n"
    "d_s2_S_2,r1,S,2,2\nd_s2_S_2,r3,S,1,2\n",
    "facts.csv": "clip,room,dominance\ne_s1_A_1,studio,80\nd_s2_S_2,hall,25\n",
}


def make_clips() -> dict[str, ProcessedClip]:
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


def make_rows(folder: Path) -> list[Record]:
    """The columns of two utterances that are known without audio."""
    root = folder / "golden"
    for name in ("e_s1_A_1", "d_s2_S_2"):
        write_tone(root / "wav" / f"{name}.wav")
    for name, rows in TABLES.items():
        (root / name).write_text(rows)
    (folder / "golden.yaml").write_text(SPEC)
    spec = load_spec(folder / "golden.yaml")
    found = index_corpus(spec, str(root), emotion_scheme()).utterances
    return [metadata_columns(utterance, spec) for utterance in found]


def make_shard(rows: list[Record]) -> bytes:
    """A shard of some rows, each with the same audio."""
    clip = encode(np.arange(1_600, dtype=np.int16), "wav")
    audio = {
        "duration": 0.1,
        "flags": ["quiet"],
        "gain_db": 1.5,
        "source_xxh3": "0" * 32,
        "source_sample_rate": 16_000,
        "source_channels": 1,
        "source_codec": "WAV PCM_16",
        "audio_xxh3": xxh3_128_hexdigest(clip),
    }
    file = io.BytesIO()
    whole = [
        row | audio | {"audio": {"bytes": clip, "path": f"{row['id']}.wav"}} for row in rows * 60
    ]
    write_parquet(file, in_row_groups(whole))
    return file.getvalue()


def describe_flac(samples: dict[str, np.ndarray]) -> dict[str, str]:
    """Checksums of clips as they are stored, XXH3-128."""
    return {name: xxh3_128_hexdigest(encode(samples[name], "flac")) for name in FILES}


def name_writers() -> dict[str, str]:
    """What the bytes of FLAC and Parquet depend on beside our code."""
    level = pa.runtime_info().detected_simd_level.replace("avx512", "avx2")  # libFLAC knows no more
    return {
        "libsndfile": soundfile.__libsndfile_version__,
        "pyarrow": pa.__version__,
        "machine": f"{platform.machine()}, {level}",
        "libc": " ".join(platform.libc_ver()),  # whose cosine libFLAC makes its windows of
    }


def write_golden(folder: Path) -> None:
    """After raising a version or a library: ``python -m tests.pipeline.shards.test_versions``."""
    if np.load(SAMPLES)["version"] != AUDIO_VERSION:
        clips = {name: clip.samples for name, clip in make_clips().items()}
        np.savez_compressed(SAMPLES, version=AUDIO_VERSION, **clips)  # type: ignore[arg-type]
    rows = make_rows(folder)
    stored = {
        "audio_version": AUDIO_VERSION,
        "record_version": RECORD_VERSION,
        "written_by": name_writers(),
        "flac": describe_flac(np.load(SAMPLES)),
        "parquet": xxh3_128_hexdigest(make_shard(rows)),
        "rows": rows,
    }
    STORED.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    golden: dict[str, Any] = json.loads(STORED.read_text())
    assert golden["audio_version"] == AUDIO_VERSION, "write_golden()"
    assert golden["record_version"] == RECORD_VERSION, "write_golden()"
    return golden


def skip_if_written_by_others(stored: dict[str, Any], *names: str) -> None:
    """Skips a comparison of bytes that other libraries, or another kind of machine, would fail."""
    here = name_writers()
    golden = stored["written_by"]
    if other := [
        f"{name} {here[name]}, not {golden[name]}" for name in names if here[name] != golden[name]
    ]:
        pytest.skip(f"bytes may differ by {', '.join(other)}; samples and rows are compared")


def test_clips_are_those_of_the_version() -> None:
    golden = np.load(SAMPLES)
    assert golden["version"] == AUDIO_VERSION
    for name, clip in make_clips().items():
        # Sums of float32 depend on the CPU in their last bit, which rounding may carry on by one.
        assert len(clip.samples) == len(golden[name]), name
        difference = clip.samples.astype(np.int32) - golden[name]
        assert np.abs(difference).max() <= 1, f"{name}: raise AUDIO_VERSION, then write_golden()"


@pytest.mark.parametrize("codec", ["flac", "wav"])
def test_golden_samples_are_stored_without_loss(codec: Codec) -> None:
    golden = np.load(SAMPLES)
    for name in FILES:
        stored, rate = soundfile.read(io.BytesIO(encode(golden[name], codec)), dtype="int16")
        assert rate == 16_000
        np.testing.assert_array_equal(stored, golden[name])


def test_flac_is_that_of_the_version(stored: dict[str, Any]) -> None:
    skip_if_written_by_others(stored, "libsndfile", "machine", "libc")
    found = describe_flac(np.load(SAMPLES))
    assert found == stored["flac"], "raise AUDIO_VERSION, then write_golden()"


def test_rows_are_those_of_the_version(stored: dict[str, Any], tmp_path: Path) -> None:
    rows = json.loads(json.dumps(make_rows(tmp_path)))
    assert rows == stored["rows"], "raise RECORD_VERSION, then write_golden()"


def test_a_shard_is_stored_as_the_version_says(stored: dict[str, Any]) -> None:
    skip_if_written_by_others(stored, "pyarrow", "machine")
    found = xxh3_128_hexdigest(make_shard(stored["rows"]))
    assert found == stored["parquet"], "raise RECORD_VERSION, then write_golden()"


def test_shards_of_an_earlier_version_are_written_anew_and_their_audio_stays(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compress(*given: Any, **how: Any) -> Any:
        zstd = {
            name: kind and kind.replace("SNAPPY", "ZSTD")
            for name, kind in how["compression"].items()
        }
        return writer(*given, **how | {"compression": zstd})

    writer = pq.ParquetWriter
    with monkeypatch.context() as earlier:
        earlier.setattr("pipeline.shards.input_digest.RECORD_VERSION", 2)
        earlier.setattr(pq, "ParquetWriter", compress)
        write()
    before = read_shard(str(tmp_path), SHARD)
    started: list[str] = []
    assert write(on_start=started.append).reused == 24
    assert not started  # nothing was decoded
    assert read_shard(str(tmp_path), SHARD).equals(before)
    metadata = pq.ParquetFile(shard_path(str(tmp_path), SHARD)).metadata
    group = metadata.row_group(0)
    kinds = {group.column(n).compression for n in range(metadata.num_columns)}
    assert kinds == {"SNAPPY", "UNCOMPRESSED"}


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
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        write_golden(Path(scratch))
