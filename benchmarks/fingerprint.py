"""Whether near-duplicates are found: clips altered in many ways, and who is taken for whom.

    python benchmarks/fingerprint.py CORPORA             # a folder with one folder a corpus
    python benchmarks/fingerprint.py CORPORA --hours 20  # and what a search in so many hours costs

Every clip of the folder is altered and put beside all unaltered ones. Recall is the share of clips
whose altered copy is found; a false pair is two clips of which neither is a copy of the other.
Hard negatives are pairs of one speaker who says the same text in another emotion or take, as far
as specs tell; the table says how near the nearest comes.
"""

import argparse
import io
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipeline.audio.decoder import decode
from pipeline.audio.processing import process_recording
from pipeline.fingerprinting.collection import Fingerprints
from pipeline.fingerprinting.matching import compare, find_matches
from pipeline.fingerprinting.search import Candidates
from pipeline.fingerprinting.subfingerprints import Subfingerprints, subfingerprints
from pipeline.planning.index_corpus import index_corpus
from pipeline.schema.record import SAMPLE_RATE
from pipeline.schema.utterance import Utterance
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids

Alter = Callable[[np.ndarray], np.ndarray]
OUT = Console()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder that holds corpora by their ids")
    parser.add_argument("--hours", type=float, help="also search among so many hours")
    args = parser.parse_args()
    found = list(read_clips(args.corpora))
    clips = [clip for _, clip in found]
    begun = time.process_time()
    prints = [subfingerprints(clip) for clip in clips]
    hours = sum(map(len, clips)) / SAMPLE_RATE / 3600
    OUT.print(
        f"{len(clips)} clips, {hours:.2f} h; fingerprints: "
        f"{(time.process_time() - begun) / hours:.2f} s CPU an hour of audio"
    )
    copies = known_copies(prints)
    print_recall(clips, prints, copies)
    print_hard_negatives([utterance for utterance, _ in found], prints)
    if args.hours:
        print_cost(clips, args.hours)


def read_clips(corpora: Path) -> Iterator[tuple[Utterance, np.ndarray]]:
    """Clips as a build stores them: int16, mono, 16 kHz."""
    for spec in load_specs([one for one in builtin_ids() if (corpora / one).is_dir()]):
        root = corpora / spec.id
        for utterance in index_corpus(spec, str(root), emotion_scheme()).utterances:
            if utterance.dropped is None:
                recording = decode((root / utterance.source_path).read_bytes())
                yield utterance, process_recording(recording, "peak", spec.channel).samples


def known_copies(prints: Sequence[Subfingerprints]) -> set[tuple[int, int]]:
    """Pairs that are alike before anything is altered: copies in the corpora themselves."""
    found = {(match.first, match.second) for match in find_matches(prints)}
    OUT.print(f"{len(found)} pairs are the same recording to begin with")
    return found


def print_recall(
    clips: Sequence[np.ndarray],
    prints: Sequence[Subfingerprints],
    copies: set[tuple[int, int]],
) -> None:
    """How many altered clips are found, and how many others are taken for them."""
    table = Table("altered", "recall", "of 1 s and more", "precision", "false pairs", box=None)
    for name, alter in track(ALTERATIONS.items(), "altering", console=Console(stderr=True)):
        altered = [to_int16(alter(clip.astype(np.float32) / 32768)) for clip in clips]
        matches = find_matches([*prints, *map(subfingerprints, altered)])
        right = {one.first for one in matches if one.second - one.first == len(clips)}
        false = sum(not is_copy(one.first, one.second, len(clips), copies) for one in matches)
        long = {number for number, clip in enumerate(altered) if len(clip) >= SAMPLE_RATE}
        table.add_row(
            name,
            f"{len(right) / len(clips):.3f}",
            f"{len(right & long) / max(1, len(long)):.3f}",
            f"{1 - false / max(1, len(matches)):.3f}",
            str(false),
        )
    OUT.print(table)


def is_copy(first: int, second: int, clips: int, copies: set[tuple[int, int]]) -> bool:
    one, other = sorted((first % clips, second % clips))
    return one == other or (one, other) in copies


def print_hard_negatives(
    utterances: Sequence[Utterance], prints: Sequence[Subfingerprints]
) -> None:
    """How near the same speaker comes with the same text, at the best of all offsets."""
    said: dict[tuple[str, str], list[int]] = {}
    for number, one in enumerate(utterances):
        if one.speaker and one.text:
            said.setdefault((one.speaker, one.text), []).append(number)
    pairs = [pair for same in said.values() for pair in combinations(same, 2)]
    collection = Fingerprints.of(prints)
    nearest = sorted(
        (nearest_error(collection, *pair), *pair)
        for pair in pairs
        if min(len(prints[number].codes) for number in pair)
    )
    OUT.print(f"{len(pairs)} pairs of one speaker and one text; bits that differ at least:")
    for error, one, other in nearest[:5]:
        OUT.print(f"  {error:.3f}  {utterances[one].id}  {utterances[other].id}")


def nearest_error(prints: Fingerprints, one: int, other: int) -> float:
    """Share of bits that differ at the best offset at which half of the clips overlap."""
    lengths = prints.lengths[[one, other]]
    offsets = np.arange(-lengths[1] // 2, lengths[0] // 2)
    pair = (np.full(len(offsets), number) for number in (one, other))
    frames, errors, _ = compare(prints, Candidates(*pair, offsets))
    enough = frames >= prints.loud_frames()[[one, other]].min() / 2
    return float(errors[enough].min()) if enough.any() else 1.0


def print_cost(clips: Sequence[np.ndarray], hours: float) -> None:
    """CPU and memory of a search, among clips at speeds so different that none is a copy."""
    dice = np.random.default_rng(0)
    prints, seconds = [], 0.0
    while seconds < hours * 3600:
        clip = clips[len(prints) % len(clips)].astype(np.float32)
        changed = soxr.resample(clip, SAMPLE_RATE * dice.uniform(0.6, 1.6), SAMPLE_RATE)
        prints.append(subfingerprints(changed.astype(np.int16)))
        seconds += len(changed) / SAMPLE_RATE
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    matches = find_matches(prints)
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = sum(part.nbytes for one in prints for part in one) / 2**20
    OUT.print(
        f"search among {len(prints):,} clips, {seconds / 3600:.1f} h: {took:.1f} s CPU, "
        f"fingerprints {held:,.0f} MiB, peak of the process {before / 1024:,.0f} MiB before and "
        f"{peak / 1024:,.0f} MiB after, {len(matches):,} pairs"
    )


def to_int16(samples: np.ndarray) -> np.ndarray:
    """At the level that a build gives it."""
    top = np.abs(samples).max(initial=1e-9)
    return (samples / top * 10 ** (-1 / 20) * 32767).astype(np.int16)


def coded(codec: str, container: str, rate: int, bit_rate: int) -> Alter:
    """Through an encoder of FFmpeg and back."""

    def alter(clip: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        with av.open(file, "w", format=container) as output:
            stream = output.add_stream(codec, rate=rate, layout="mono")
            stream.bit_rate = bit_rate
            size = stream.codec_context.frame_size or None
            to_format = av.AudioResampler(stream.format, "mono", rate, size)
            samples = to_int16(soxr.resample(clip, SAMPLE_RATE, rate))
            frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
            frame.sample_rate = rate
            for part in [*to_format.resample(frame), *to_format.resample(None)]:
                output.mux(stream.encode(part))
            output.mux(stream.encode(None))
        return decoded(file)

    return alter


def stored(subtype: str, rate: int) -> Alter:
    """Through a file of libsndfile and back."""

    def alter(clip: np.ndarray) -> np.ndarray:
        file = io.BytesIO()
        soundfile.write(
            file, soxr.resample(clip, SAMPLE_RATE, rate), rate, format="WAV", subtype=subtype
        )
        return decoded(file)

    return alter


def decoded(file: io.BytesIO) -> np.ndarray:
    recording = decode(file.getvalue())
    return process_recording(recording, "peak", None).samples.astype(np.float32) / 32768


def noisy(decibels: float) -> Alter:
    """White noise, so far below the mean power of the clip."""
    dice = np.random.default_rng(0)
    return lambda clip: (
        clip + dice.standard_normal(len(clip)) * np.sqrt(np.mean(clip**2)) / 10 ** (decibels / 20)
    )


ALTERATIONS: dict[str, Alter] = {
    "MP3, 64 kbit/s, 44.1 kHz": coded("libmp3lame", "mp3", 44_100, 64_000),
    "MP3, 32 kbit/s, 16 kHz": coded("libmp3lame", "mp3", 16_000, 32_000),
    "Opus, 24 kbit/s": coded("libopus", "ogg", 48_000, 24_000),
    "Opus, 12 kbit/s": coded("libopus", "ogg", 48_000, 12_000),
    "AAC, 48 kbit/s": coded("aac", "adts", 44_100, 48_000),
    "µ-law, 8 kHz": stored("ULAW", 8_000),
    "GSM 6.10, 8 kHz": stored("GSM610", 8_000),
    "8 kHz": stored("PCM_16", 8_000),
    "+6 dB, clipped": lambda clip: np.clip(2 * clip, -1, 1),
    "−12 dB, 16 bit": lambda clip: np.round(clip / 4 * 32768) / 32768,
    "0.3 s trimmed at the start": lambda clip: clip[4_800:],
    "0.5 s trimmed at the end": lambda clip: clip[:-8_000],
    "0.107 s and 0.188 s trimmed": lambda clip: clip[1_712:-3_008],
    "0.508 s of silence before": lambda clip: np.concatenate([np.zeros(8_123, np.float32), clip]),
    "noise at 30 dB": noisy(30),
    "noise at 20 dB": noisy(20),
    "trimmed, −6 dB, noise, µ-law": lambda clip: (
        stored("ULAW", 8_000)(noisy(30)(clip[3_333:] / 2)) if len(clip) > 4_000 else clip[:0]
    ),
}
"""What becomes of clips on their way through other hands."""


if __name__ == "__main__":
    main()
