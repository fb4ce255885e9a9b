"""Releases with the answers of single raters."""

import io
from itertools import count, islice

from openpyxl import Workbook

from tests.support.releases.release import Release, empty, table


def aihub_263() -> Release:
    header = "wav_id,발화문,상황,1번 감정,1번 감정세기,2번 감정,2번 감정세기,3번 감정,3번 감정세기"
    header += ",4번 감정,4번감정세기,5번 감정,5번 감정세기,나이,성별"
    answers = (
        ("Happiness", "happiness", "Happiness", "Neutral", "neutral"),
        ("angry", "Angry", "anger", "Angry ", "sad"),
        ("fear", "fear", "sad", "Sadness", "Surprise"),
    )
    years = ("4차년도", "5차년도", "5차년도_2차")
    files = {}
    for year, name in enumerate(years):
        rows = []
        for number in range(90):
            rated = [cell for word in answers[number % 3] for cell in (word, 1)]
            stem = f"{year:04x}{number:020x}"
            rows.append((stem, f"안녕 {number}", "angry", *rated, 30, "female"))
            files[f"{name}/{stem}.wav"] = b""
        files[f"{name}.csv"] = table(header, rows).decode().encode("cp949")
    files[f"{years[0]}/{'f' * 24}.wav"] = b""
    return Release(files, {"no_majority": 90, "no_table_row": 1})


def quechua() -> Release:
    words = ("happy", "sad", "bored", "fear", "sleepy", "calm", "excited", "anger", "neutral")
    book = Workbook()
    book.active.title = "map"
    book.active.append(["Audio", "Emotion", "File", "Actor"])
    book.create_sheet("script").append(["ID", "T"])
    wrong = (11817, 14197, 20888, 22415)
    numbers = [*islice((n for n in count(10_000) if n not in wrong), 600), *wrong]
    for number in numbers:
        book.active.append(
            [number, words[number % 9], f"a1_T{number % 500:03}", f"a{number % 6 + 1}"]
        )
    data = io.BytesIO()
    book.save(data)
    files = empty(f"Audios/{number}.wav" for number in numbers)
    files["Data/Data/Data.xlsx"] = data.getvalue()
    rows = [(number, 1, 2, "", 4) for number in numbers]
    for name in ("Valence", "Arousal", "Dominance"):
        files[f"Labels/Labels/{name}.csv"] = table("Audio,N1,N2,N3,N4", rows)
    return Release(files, {"wrong_row": 4})
