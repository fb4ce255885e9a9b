"""Segments of recordings."""

from pipeline.schema.utterance import Utterance


def segment(recording: str, start: float, seconds: float = 4.0, **fields: object) -> Utterance:
    """A labelled stretch of a recording of the corpus ``calls``."""
    name = f"calls/{recording}#{start:g}-{start + seconds:g}"
    utterance = Utterance(
        name, "calls", name, f"{recording}.wav", 9, "", start=start, end=start + seconds
    )
    return utterance._replace(label_native="e", **fields)  # type: ignore[arg-type]
