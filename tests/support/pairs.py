"""Clips and pairs that tests make up."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.dataset.duplicates.pair_table import (
    Pair,
    PairedClip,
    PairKind,
    PairTable,
    write_pairs,
)


def clip(
    name: str, speaker: str | None = "c:a", emotion: str | None = "anger", split: str = "train"
) -> PairedClip:
    return PairedClip(name, f"audio of {name}", speaker, emotion, split)


def pair(one: PairedClip, other: PairedClip, kind: PairKind = "near") -> Pair:
    return Pair(one, other, kind, 0.012, 1.5, 0.125) if kind == "near" else Pair(one, other, kind)


def rows_of(*clips: PairedClip) -> pd.DataFrame:
    frame = pd.DataFrame(clips, columns=PairedClip._fields)
    return frame.assign(corpus=[one.corpus for one in clips], shard="c/train-00000-of-00001")


def note_pairs(dataset: Path, pairs: Sequence[tuple[str, str]], kind: PairKind = "near") -> None:
    """What a search would have found: pairs of sounds, named by their checksums."""
    found = [
        Pair(*(PairedClip(f"{corpus}/{audio}", audio, None, None, "train")
               for corpus, audio in zip(("alpha", "beta"), pair, strict=True)), kind)
        for pair in pairs
    ]  # fmt: skip
    write_pairs(str(dataset), PairTable(found, {"alpha": "x", "beta": "y"}))
