"""Mutated audio files of every container through the functions that a build calls for a clip.

    python -m benchmarks.fuzz_audio --files 10000 --seed 0

Prints a table: container, files, decoded, refused by reason, slowest. Any exception but a stated
refusal ends it with the seed that gives the file again.
"""

import argparse
import io
import random
import time
from collections import Counter

import av
import numpy as np
import soundfile

from pipeline.audio.decoder import decode
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError

SNDFILE = ("WAV", "AIFF", "AU", "CAF", "W64", "RF64", "FLAC", "OGG", "MP3", "NIST", "VOC")
FFMPEG = {
    "mp4": "aac", "mov": "alac", "matroska": "pcm_s16le", "webm": "opus", "avi": "ac3",
    "mpegts": "aac", "adts": "aac", "asf": "wmav2", "flv": "aac", "wv": "wavpack", "tta": "tta",
    "mpeg": "mp2", "ogg": "opus", "nut": "pcm_s16le", "wav": "adpcm_ms", "rm": "ac3",
}  # fmt: skip


def whole_files() -> dict[str, bytes]:
    """A third of a second of a tone in every container."""
    wave = 0.5 * np.sin(np.arange(16_000) / 20)
    files = {}
    for kind in SNDFILE:
        buffer = io.BytesIO()
        soundfile.write(buffer, wave[:5_000], 16_000, format=kind)
        files[kind] = buffer.getvalue()
    for container, codec in FFMPEG.items():
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=container) as file:
            sound = file.add_stream(codec, rate=48_000, options={"strict": "-2"})
            sound.layout, sound.bit_rate = "stereo", 128_000
            both = np.tile(wave.astype(np.float32), (2, 1))
            frame = av.AudioFrame.from_ndarray(both, "fltp", "stereo")
            frame.sample_rate = 48_000
            file.mux(sound.encode(frame))
            file.mux(sound.encode())
        files[f"{container}/{codec}"] = buffer.getvalue()
    return files


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled or cut off; most of them near the beginning."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        reach = len(changed) if chance.random() < 0.4 else min(len(changed), 256)
        place = chance.randrange(max(1, reach))
        kind = chance.random()
        if kind < 0.6:
            changed[place : place + 1] = bytes([chance.choice([0, 1, 127, 128, 255, *content[:4]])])
        elif kind < 0.7:
            changed[place : place + 4] = chance.choice(
                [b"\xff" * 4, b"\0" * 4, b"\x7f" + b"\xff" * 3]
            )
        elif kind < 0.8:
            del changed[place : place + chance.randint(1, 64)]
        elif kind < 0.9:
            changed[place:place] = changed[place : place + chance.randint(1, 256)]
        else:
            del changed[chance.randrange(len(changed) + 1) :]
    return bytes(changed)


def fuzz(files: int, seed: int) -> dict[str, Counter[str]]:
    """Outcomes by container.

    Raises:
        AssertionError: A file is not decoded and not refused either.
    """
    seeds = list(whole_files().items())
    outcomes: dict[str, Counter[str]] = {name: Counter() for name, _ in seeds}
    for number in range(files):
        name, content = seeds[number % len(seeds)]
        changed = mutate(content, random.Random(f"{seed}/{number}"))
        started = time.monotonic()
        try:
            process_recording(decode(changed, max_duration=60.0))
            outcome = "decoded"
        except AudioError as error:
            outcome = error.reason
        except Exception as error:
            raise AssertionError(f"seed {seed}, file {number} ({name}): {error!r}") from error
        outcomes[name][outcome] += 1
        milliseconds = round(1_000 * (time.monotonic() - started))
        outcomes[name]["slowest ms"] = max(outcomes[name]["slowest ms"], milliseconds)
    return outcomes


def main() -> None:
    """Runs the fuzzer and prints its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name, outcome in fuzz(args.files, args.seed).items():
        words = ", ".join(f"{word} {count}" for word, count in sorted(outcome.items()))
        print(f"{name:20} {words}")


if __name__ == "__main__":
    main()
