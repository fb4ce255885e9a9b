"""Corpora that hubs hold as files."""

import json
from itertools import count

from tests.support.releases.release import Release


def emo_emilia() -> Release:
    """A hundred clips an emotion and language; some sources give several."""
    emotions = ("angry", "happy", "fearful", "surprised", "neutral", "sad", "disgusted")
    numbers = count()
    rows = [
        {
            "index": f"{language}_B00001_S{min(number, 1233):05d}_W{number:06d}",
            "emotion": emotion,
            "text": "",
        }
        for language in ("ZH", "EN")
        for emotion in emotions
        for number in (next(numbers) for _ in range(100))
    ]
    files = {f"Emo-Emilia/wav/{row['index']}.wav": b"" for row in rows}
    return Release(files | {"Emo-Emilia/Emo-Emilia-ALL.jsonl": _lines(rows)})


def resd() -> Release:
    """Both spellings of dialogues, a fifth of the turns in test."""
    counts = {"a": 219, "d": 185, "e": 198, "f": 223, "h": 218, "n": 191, "s": 162}
    files = {}
    for letter, clips in counts.items():
        for turn in range(clips):
            part = "train" if turn % 5 else "test"
            early = turn % 2
            folder = "06_fear_anger" if early else "fear_anger_36"
            start = "06_fear_anger " if early else "36_fear_anger_"
            files[f"{part}/{folder}/{start}{letter}_{turn:03d}.wav"] = b""
    return Release(files)


def zed() -> Release:
    """180 recordings, each with the part in which an emotion is heard."""
    emotions = ("happy", "sad", "angry", "other")
    parts = {
        f"speaker{number % 73}_{number}": {
            "wav": f"datafolder/speaker{number % 73}/{number}.wav",
            "duration": 5.5,
            "emotion": [{"emo": emotions[number % 4], "start": 0.5, "end": 3.25}],
            "transcription": "WELL",
        }
        for number in range(180)
    }
    files = {f"ZED/speaker{number % 73}/{number}.wav": b"" for number in range(180)}
    return Release(files | {"ZED/ZED.json": json.dumps(parts).encode()}, {"other": 45})


def _lines(rows: list[dict[str, str]]) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()
