"""Segments of long recordings: bytes read, CPU and memory, against a plain loop with seeks.

    python benchmarks/long_recordings.py        # six FLAC files of 20 minutes: three minutes
    python benchmarks/long_recordings.py --container m4a --minutes 60 --files 1 --segments 1000
    python benchmarks/long_recordings.py --container wav --minutes 480 --files 1 --segments 5000

The loop does the least that a script could: it opens each file once, seeks, decodes, resamples,
normalises and encodes each segment, and writes one Parquet file a recording (of containers that
can't be sought, FFmpeg decodes forward once). The writer is what a worker of a build does, from the
listing to the shards, without Beam; the build is the whole command, start-up included. Bytes are
what the kernel was asked for, whether it had them in memory or not, without those of rows that
wait in a file for the end of their recording.
"""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from contestants import PEAK, RATE
from processes import time_command
from reading import measure, run, write_dataset
from rich.console import Console
from rich.table import Table
from tree import babble

SPEC = """
id: calls
name: Long recordings of the benchmarks
languages: [en]
kind: acted
licence: {name: CC0-1.0, redistribute: true}
access: {how: open}
citation: none
audio: "*.{wav,flac,m4a,mp3}"
tables:
  turns:
    file: turns.csv
    match: {recording: "{stem}"}
    take: [start, end, emotion, speaker]
    segments: true
emotions: {ang: anger, hap: happiness, neu: neutral, sad: sadness}
splits: {by: official, of: speaker, 's0': test, 's.': train}
expected: {utterances: UTTERANCES, source: this benchmark}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--container", default="flac", choices=["flac", "wav", "m4a", "mp3"])
    parser.add_argument("--files", type=int, default=6, help="recordings (6)")
    parser.add_argument("--minutes", type=float, default=20, help="of each (20)")
    parser.add_argument("--segments", type=int, default=1_000, help="of each (1,000)")
    parser.add_argument("--rate", type=int, default=44_100, help="in Hz (44,100)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the least CPU counts (3)")
    parser.add_argument("--whole-command", action="store_true", help="run the build, too")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        print(json.dumps(measure({"loop": run_loop, "writer": write_dataset}, *args.work)))
        return
    with tempfile.TemporaryDirectory(prefix="exhubert-long-") as scratch:
        root = Path(scratch, "calls")
        write_recordings(root, args)
        stored = sum(path.stat().st_size for path in root.glob("call*.*"))
        table = Table(
            title=f"{args.files} × {args.minutes:g} min {args.container}, stereo at "
            f"{args.rate:,} Hz, {args.segments:,} segments each, {stored / 1e6:,.0f} MB"
        )
        for heading in ("", "bytes read : file", "CPU s", "to the loop", "peak MB"):
            table.add_column(heading, justify="right" if heading else "left")
        loop = None
        for who in ("loop", "writer"):
            places = [Path(scratch, f"{who}{turn}") for turn in range(args.rounds)]
            runs = [run(__file__, who, root, place) for place in places]
            cpu = min(one["cpu"] for one in runs)
            loop = loop or cpu
            table.add_row(
                who, f"{runs[0]['read'] / stored:.2f}", f"{cpu:.1f}", f"{cpu / loop:.2f}",
                f"{runs[0]['peak'] / 1e6:,.0f}",
            )  # fmt: skip
        if args.whole_command:
            command = [
                sys.executable,
                "-m",
                "exhubert",
                "build",
                "--spec",
                f"{root}.yaml",
                "--json",
            ]
            command += ["--root", f"calls={root}", "--output", f"{scratch}/built", "--jobs", "1"]
            built = time_command(command)
            assert loop
            table.add_row(
                "build", "", f"{built.cpu:.1f}", f"{built.cpu / loop:.2f}",
                f"{built.memory / 1e6:,.0f}",
            )  # fmt: skip
        Console(width=100).print(table)


def write_recordings(root: Path, args: argparse.Namespace) -> None:
    """Recordings, their table of turns, and the spec beside them."""
    root.mkdir()
    root.with_name("calls.yaml").write_text(
        SPEC.replace("UTTERANCES", str(args.files * args.segments))
    )
    voices = np.stack([babble(args.rate), 0.5 * babble(args.rate)[::-1]], axis=1)
    lines = ["recording,start,end,emotion,speaker"]
    turn = args.minutes * 60 / args.segments
    for number in range(args.files):
        path = root / f"call{number}.{args.container}"
        noise = np.random.default_rng(number)
        pieces = (voices * noise.uniform(0.3, 1.0) for _ in range(round(args.minutes)))
        if args.container == "m4a":
            write_m4a(path, pieces, args.rate)
        else:
            kind = {"format": "RF64"} if args.container == "wav" else {}
            with soundfile.SoundFile(path, "w", args.rate, 2, **kind) as file:
                for piece in pieces:
                    file.write(piece)
        for segment in range(args.segments):
            emotion = ("ang", "hap", "neu", "sad")[segment % 4]
            start = segment * turn
            lines.append(f"call{number},{start:.3f},{start + turn:.3f},{emotion},s{number}")
    (root / "turns.csv").write_text("\n".join(lines))


def write_m4a(path: Path, pieces: Iterable[np.ndarray], rate: int) -> None:
    """AAC in MP4."""
    import av

    with av.open(str(path), "w", format="ipod") as film:
        stream = film.add_stream("aac", rate=rate, layout="stereo")
        for piece in pieces:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece.T, np.float32), "fltp", "stereo"
            )
            frame.rate = rate
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def run_loop(root: Path, output: Path) -> None:
    """The plain loop."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    output.mkdir(exist_ok=True)
    turns: dict[str, list[tuple[float, float]]] = {}
    for line in (root / "turns.csv").read_text().splitlines()[1:]:
        recording, start, end, *_ = line.split(",")
        turns.setdefault(recording, []).append((float(start), float(end)))
    for recording, spans in turns.items():
        (path,) = root.glob(f"{recording}.*")
        rows = [{"audio": {"bytes": convert(part, rate)}} for part, rate in parts(path, spans)]
        pq.write_table(pa.Table.from_pylist(rows), output / f"{recording}.parquet")


def parts(path: Path, spans: list[tuple[float, float]]) -> Iterator[tuple[np.ndarray, int]]:
    """Samples of each span and their rate."""
    if path.suffix != ".m4a":
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            for start, end in spans:
                file.seek(round(start * rate))
                yield file.read(round(end * rate) - round(start * rate), dtype="int16"), rate
        return
    import av

    with av.open(str(path)) as film:
        stream = film.streams.audio[0]
        rate, held, first = stream.rate, np.zeros((2, 0), np.float32), 0
        frames = film.decode(stream)
        for start, end in spans:
            begin, stop = round(start * rate), round(end * rate)
            blocks = [held]
            have = first + held.shape[1]
            while have < stop and (frame := next(frames, None)):
                blocks.append(frame.to_ndarray())
                have += blocks[-1].shape[1]
            held = np.concatenate(blocks, axis=1)[:, begin - first :]
            first = begin
            yield (held[:, : stop - begin].T * 32767).astype(np.int16), rate


def convert(samples: np.ndarray, rate: int) -> bytes:
    """A segment as FLAC at 16 kHz, peak at −1 dBFS."""
    mono = samples[:, 0].astype(np.float32)
    if samples.shape[1] > 1:
        mono += samples[:, 1]
    mono = soxr.resample(mono, rate, RATE, quality="HQ")
    mono *= PEAK * 32768 / max(-mono.min(), mono.max(), 1)
    buffer = io.BytesIO()
    soundfile.write(buffer, mono.astype(np.int16), RATE, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


if __name__ == "__main__":
    main()
