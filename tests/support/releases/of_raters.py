"""Releases of corpora that raters labelled, and of bursts without words."""

import json
from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice, product

from tests.support.releases.release import Release, empty, spread, table


def vivae() -> Release:
    counts = {"achievement": 161, "anger": 174, "fear": 176, "pain": 185, "pleasure": 202}
    names = list(_vivae(counts | {"surprise": 187}))
    core = [name for name in names if name.endswith(("_01.wav", "_02.wav"))]
    return Release(
        empty((f"VIVAE/full_set/{n}" for n in names), (f"VIVAE/core_set/{n}" for n in core)),
        {"copy": len(core)},
    )


def _vivae(counts: Mapping[str, int]) -> Iterator[str]:
    speakers = [f"S{number:02}" for number in range(1, 12)]
    levels = ("low", "moderate", "strong", "peak")
    for emotion, wanted in counts.items():
        grid = product(range(1, 9), levels, speakers)
        for item, level, speaker in islice(grid, wanted):
            yield f"{speaker}_{emotion}_{level}_{item:02}.wav"


def emogator() -> Release:
    grid = product(range(1, 358), range(1, 31), (1, 2, 3))
    return Release(
        empty(
            (f"data/mp3/{who:06}-{emotion:02}-{take}.mp3" for who, emotion, take in grid),
            iter(["data/category_names.pt", "README.md"]),
        )
    )


def hi_kia() -> Release:
    speakers = ("M1", "M2", "M3", "M4", "F5", "F6", "F7", "F8")
    grid = product((f"S{scene:02}" for scene in range(1, 17)), "aden", speakers)
    names = (f"{who}_{scene}_1_{emotion}" for scene, emotion, who in grid)
    tables = (f"split/{who}_eval.csv" for who in speakers)
    wanted = (f"wav/{name}.wav" for name in islice(names, 488))
    return Release(empty((f"hi_kia/{name}" for name in (*wanted, *tables)), iter(())))


def mer2023() -> Release:
    counts = {"angry": 1208, "happy": 1038, "neutral": 1248, "sad": 730}
    labels = list(spread(counts | {"surprise": 190, "worried": 616}))
    parts = {"train": 3373, "test1": 411, "test2": 412, "test3": 834}
    folders = {"train": "mer2023train", "test3": "mer2023train"}
    contents, start = {}, 0
    for part, wanted in parts.items():
        prefix, suffix = ("samplenew" if part == "test3" else "sample"), "avi"
        suffix = "mp4" if part in {"test2", "test3"} else suffix
        rows = [(f"{prefix}_{n:08}", labels[n]) for n in range(start, start + wanted)]
        start += wanted
        folder = f"{folders[part]}/" if part in folders else ""
        names = [name for name, _ in rows]
        names += [f"{prefix}_9{n:07}" for n in range(50 if part == "test3" else 0)]
        contents |= empty(f"{folder}{part}/{name}.{suffix}" for name in names)
        if part == "train":
            full = ((name, label, 0.4) for name, label in rows)
            contents["mer2023train/train-label.csv"] = table("name,discrete,valence", full)
        else:
            contents[f"test-labels/{part}-label.csv"] = table("name,discrete", rows)
    return Release(contents, {"no_table_row": 50})


_NNIME = (
    "angry", "frustrated", "disappointed", "sad", "fear", "neutral", "surprise", "excited",
    "happy", "relax", "joy",
)  # fmt: skip


def nnime() -> Release:
    counts = {
        "neutral": 2072, "angry": 590, "excited": 372, "sad": 303, "surprise": 281,
        "frustrated": 165, "happy": 100, "joy": 84, "fear": 114, "disappointed": 50, "relax": 34,
    }  # fmt: skip
    largest = [(code,) for code in spread(counts)] + [("happy", "joy")] * 63
    largest += [("angry", "frustrated")] * 800
    moods = ("angry", "frustration", "happy", "neutral", "sad", "surprise")
    grid = product(range(1, 41), moods, range(1, 23), "AB")
    rows = []
    for codes, (turn, mood, dyad, side) in zip(largest, grid, strict=False):
        shares = [0.005 + 0.945 / len(codes) * (code in codes) for code in _NNIME]
        speaker = 2 * dyad - (side == "A")
        name = f"{mood}_{dyad:02}_{side}_{turn:03}.wav"
        rows.append((name, *shares, 2.5, 3, min(speaker, 43), "Female", "Train"))
    header = f",{','.join(_NNIME)},EmoAct,EmoVal,SpkrID,Gender,Split_Set"
    contents = empty(f"Audios/{row[0]}" for row in rows)
    contents |= {f"Secondary/labels_consensus_{n}.csv": table(header, rows) for n in range(1, 6)}
    return Release(contents, {"no_majority": 863})


def msp_improv() -> Release:
    counts = {"A": 792, "H": 2644, "N": 3477, "S": 885, "O": 97, "X": 543}
    speakers = [f"{sex}0{session}" for session in range(1, 7) for sex in "FM"]
    grid = product(range(1, 100), "SPRT", "AHNS", range(1, 21), speakers)
    names, lines = [], []
    for label, (turn, condition, acted, sentence, speaker) in zip(
        spread(counts), grid, strict=False
    ):
        clip = f"S{sentence:02}{acted}-{speaker}-{condition}-MF{turn:02}"
        folder = f"Audio/session{speaker[-1]}/S{sentence:02}{acted}/{condition}"
        names += [f"{folder}/MSP-IMPROV-{clip}.{suffix}" for suffix in ("wav", "avi")]
        rater = "RATER-1; Happy; Happy,Excited; A:2.000000; V:4.000000; D:3.000000; N:NaN;"
        lines += [
            f"UTD-IMPROV-{clip}.avi; {label}; A:2.500000; V:NaN; D:3.000000 ; N:3.000000;",
            *[rater] * 2, rater.replace("-1; Happy", "-2; Other"), "",
        ]  # fmt: skip
    contents = empty(iter(names)) | {"Evaluation.txt": "\r\n".join(lines).encode()}
    return Release(contents, {"no_majority": 543, "other": 97})


def msp_podcast(release: str) -> Release:
    """A part of the form of 1.8, of newer releases, or of EmoBox, which has no answers."""
    spelt = "labels_consensus" if release == "1.12" else "labels_concensus"
    parts = ("Train", "Development" if release == "1.12" else "Validation", "Test1", "Test2")
    folder = "Audio" if release == "EmoBox" else "MSP-PODCAST-Publish/Audios"
    rows, answers = [], []
    codes = spread({"A": 40, "H": 90, "N": 80, "S": 30, "X": 20, "O": 4})
    for code, part, number in zip(codes, cycle(parts), count(1), strict=False):
        name = f"MSP-PODCAST_{number % 50:04}_{number:04}{'_0001' if number % 3 else ''}.wav"
        speaker = "Unknown" if part == "Train" and number % 5 == 1 else f"{part[-1]}{number % 7}"
        rows.append((name, code, 4.2, 3.5, 4.0, speaker, "Female", part))
        answers.append(f"{name}; {code}; A:4.200000; V:3.500000; D:4.000000; \n")
        for rater, emotion in ((1, "Happy"), (2, "Other-tired"), (3, "Happy")):
            ratings = f"A:{rater}.000000; V:4.000000; D:NaN"
            answers.append(f"WORKER{rater:08}; {emotion}; Happy,Other-tired; {ratings}; \n")
        answers.append("\n")
    names = [row[0] for row in rows] + [f"MSP-PODCAST_test3_{n:04}.wav" for n in range(9)]
    contents = empty(f"{folder}/{name}" for name in names)
    header = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set"
    if release == "EmoBox":
        objects = {row[0]: dict(zip(header.split(",")[1:], row[1:], strict=True)) for row in rows}
        contents[f"label/{spelt}.json"] = json.dumps(objects).encode()
    else:
        contents[f"MSP-PODCAST-Publish/Labels/{spelt}.csv"] = table(header, rows)
        contents["MSP-PODCAST-Publish/Labels/labels.txt"] = "".join(answers).encode()
    return Release(contents, {"no_majority": 20, "other": 4, "not_labelled": 9})


def dusha() -> Release:
    """A part of the crowd's clips: three answers each, one in nine without a majority."""
    contents: dict[str, bytes] = {}
    for part in ("crowd_train", "crowd_test"):
        answers = []
        for number in range(45):
            name = f"{number:030x}{part[-2:].encode().hex()[:2]}"
            contents[f"{part}/wavs/{name}.wav"] = b""
            first = ("angry", "sad", "neutral", "positive", "other")[number % 5]
            heard = (first, "sad", "neutral") if number % 9 == 0 else (first, first, "neutral")
            heard = ("angry", "sad", "neutral") if number % 9 == 0 else heard
            answers += [
                {
                    "hash_id": name, "audio_path": f"wavs/{name}.wav", "duration": 2.5,
                    "annotator_emo": emotion, "golden_emo": None if number % 11 else "sad",
                    "speaker_text": "да", "speaker_emo": first, "source_id": f"{part}{number % 6}",
                    "annotator_id": rater,
                }
                for rater, emotion in enumerate(heard)
            ]  # fmt: skip
        lines = "\n".join(json.dumps(answer) for answer in answers)
        contents[f"{part}/raw_{part}.jsonl"] = lines.encode()
        contents[f"{part}/raw_{part}.tsv"] = b"the same"
    return Release(contents, {"no_majority": 8, "no_table_row": 10, "other": 14})
