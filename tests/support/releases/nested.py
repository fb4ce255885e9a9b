"""Releases of corpora whose facts lie in nested tables, odd headers, or the number of a clip."""

import json
from collections.abc import Iterator
from itertools import chain, count, cycle, islice, product

from tests.support.releases.release import Contents, Release, empty, spread, table


def m3ed() -> Release:
    labels = spread(
        {"Anger": 5231, "Disgust": 1497, "Fear": 395, "Happy": 2286, "Neutral": 10021}
        | {"Sad": 3957, "Surprise": 1050}
    )
    shows = [f"show{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(56)]
    series: dict[str, dict[str, object]] = {show: {} for show in shows}
    names: list[str] = []
    for number in range(990):
        show, place = shows[number % 56], number // 56
        dialogue = f"{show}_{place + 1}"
        people = 12 if number % 56 < 19 else 11
        turns = {
            f"{dialogue}_{turn}": {"Speaker": "AB"[turn % 2], "Text": "你好", **_emotion(label)}
            for turn, label in enumerate(islice(labels, 25 if number < 677 else 24), 1)
        }
        names += [f"modality_speech/{turn['Speaker']}_{name}.wav" for name, turn in turns.items()]
        series[show][dialogue] = {
            "SpeakerInfo": {
                letter: {"Name": f" P{(2 * place + n) % people}", "Age": "mid", "Gender": "female"}
                for n, letter in enumerate("AB")
            },
            "Dialog": turns,
        }
    parts = {"train": shows[:38], "val": shows[38:45], "test": shows[45:]}
    lists = {
        f"splitInfo/movie_list_{part}.txt": "\n".join(found).encode()
        for part, found in parts.items()
    }
    written = json.dumps(series, ensure_ascii=False, indent=4).encode()
    others = {"splitInfo/movie_list_total.txt": "\n".join(shows).encode()}
    return Release(empty(iter(names)) | {"annotation.json": written} | lists | others)


def _emotion(label: str) -> dict[str, object]:
    raters = {f"EmoAnnotator{n}": label for n in (1, 2, 3)}
    return {"EmoAnnotation": {**raters, "final_mul_emo": label, "final_main_emo": label}}


def cmu_mosei(whole: bool) -> Release:
    labels = chain(
        spread({"0": 14279, "1": 3731, "2": 2694, "3": 428, "4": 1278, "5": 450}), cycle("0")
    )
    rows: list[tuple[object, ...]] = []
    clips = []
    for number, label in zip(range(23259), labels, strict=False):
        video, clip = f"-{number // 7:04}_a-B", number % 7
        part = "3" if number >= 22860 else "0012"[number // 7 % 4]
        rows.append((number, video, clip, 7.5 * clip, 7.5 * clip + 7, 1, 1, label, 1, part))
        if part != "3":
            folder = {"0": "train", "1": "dev", "2": "test"}[part]
            clips.append(f"Audio/Segmented_Audio/{folder}/{video}_{clip}.wav")
    header = ",file,index,start,end,label2a,label2b,label6,label7,split"
    contents = {"CMU_MOSEI_Labels.csv": table(header, rows)}
    if not whole:
        return Release(contents | empty(iter(clips)))
    videos = sorted({str(row[1]) for row in rows})
    folders = (("WAV_16000", "wav"), ("COVAREP", "mat"))
    files = (f"Raw/Audio/Full/{d}/{v}.{kind}" for v in videos for d, kind in folders)
    return Release(contents | empty(files))


def ch_sims() -> Release:
    moods = ("Negative", "Neutral", "Positive")
    rows = [
        (f"video_{n // 40:04}", n % 40, "你好", 0.2, 0, -0.4, 0, moods[n % 3], mode)
        for n, mode in enumerate(spread({"train": 1368, "valid": 456, "test": 457}))
    ]
    header = "video_id,clip_id,text,label,label_T,label_A,label_V,annotation,mode"
    clips = (f"Raw/{row[0]}/{row[1]:04}.mp4" for row in rows)
    return Release(empty(clips) | {"label.csv": table(header, rows)})


def kemdy19() -> Release:
    groups = "Numb,Wav,,ECG,,E4-EDA,,E4-TEMP,,Segment ID,Total Evaluation,,," + _KEMDY_RATERS
    names = "," + "start,end," * 4 + ",emotion,valence,arousal," + _KEMDY_ANSWERS
    contents: Contents = {}
    tied = 0
    for session in range(1, 21):
        clips = [
            (f"Sess{session:02}_{part}", f"Sess{session:02}_{part}_{sex}{turn:03}")
            for part, sex, turn in product(("impro01", "script03"), "FM", range(1, 6))
        ]
        for side in "FM":
            rows = [[n, *range(8), clip, *_kemdy_answers(n)] for n, (_, clip) in enumerate(clips)]
            written = f"{groups}\n".encode() + table(names, rows)
            contents[f"annotation/Sess{session:02}_{side}_res.csv"] = written
        tied += sum(";" in _kemdy_answers(n)[0] for n in range(len(clips)))
        for folder, clip in clips:
            contents[f"wav/Session{session:02}/{folder}/{clip}.wav"] = b""
            contents[f"wav/Session{session:02}/{folder}/{clip}.txt"] = "c/ 안녕\n".encode("cp949")
    return Release(contents, {"no_majority": tied})


def kemdy20() -> Release:
    groups = "Numb,Wav,,Segment ID,Total Evaluation,,," + _KEMDY_RATERS
    names = ",start,end,,emotion,valence,arousal," + _KEMDY_ANSWERS
    contents: Contents = {}
    tied = 0
    for session in range(1, 41):
        clips = [
            f"Sess{session:02}_script{part:02}_User{2 * session - side:03}{'FM'[side]}_{turn:03}"
            for part, side, turn in product((1, 2), (0, 1), range(1, 4))
        ]
        rows = [[n, 0, 1, clip, *_kemdy_answers(n)] for n, clip in enumerate(clips)]
        written = f"{groups}\n".encode() + table(names, rows)
        contents[f"annotation/Sess{session:02}_eval.csv"] = written
        tied += sum(";" in _kemdy_answers(n)[0] for n in range(len(clips)))
        for clip in clips:
            contents[f"wav/Session{session:02}/{clip}.wav"] = b""
            contents[f"wav/Session{session:02}/{clip}.txt"] = "안녕 n/\n둘째 줄".encode()
    return Release(contents, {"no_majority": tied})


_KEMDY_RATERS = ",".join(f"Eval{n:02},," for n in range(1, 11))
_KEMDY_ANSWERS = ",".join(["emotion,valence,arousal"] * 10)


def _kemdy_answers(number: int) -> list[str]:
    """The total and the answers of ten raters: every fifth clip is a tie."""
    first, second = islice(
        cycle(("happy", "neutral", "disqust", "angry")), number % 4, number % 4 + 2
    )
    votes = [first] * 5 + [second] * 5 if number % 5 == 4 else [first] * 7 + [second] * 3
    total = f"{first};{second}" if number % 5 == 4 else first
    return [total, "3.4", "2.9", *chain.from_iterable((vote, "3", "2") for vote in votes)]


def uudb() -> Release:
    contents: Contents = {}
    for session in range(27):
        name = f"C{session * 3 + 1:03}"
        turns = range(1, 181 if session < 7 else 180)
        marks = [(turn, "LR"[turn % 2]) for turn in turns]
        rated = "<Rating Pleasantness='4' Arousal='5' Dominance='3' Credibility='4'/>" * 3
        spoken = "".join(
            f"<Utterance UtteranceID='{turn:03}' Channel='{channel}'>"
            f"<EmotionalState>{rated}</EmotionalState></Utterance>"
            for turn, channel in marks
        )
        session_file = f"<Session xmlns='http://uudb.speech-lab.org/ns/0.9'>{spoken}</Session>"
        contents[f"UUDB/Sessions/{name}/{name}.xml"] = session_file.encode()
        contents |= empty(f"UUDB/var/{name}/{name}{c}_{turn:03}.wav" for turn, c in marks)
    return Release(contents)


def ogvc() -> Release:
    codes = ("JOY", "ANG", "SAD", "ANT", "FEA", "SUR", "ACC", "DIS")
    people = {"F1": "FOY", "F2": "FKM", "M1": "MTK", "M2": "MSH"}
    grid = (
        f"OGVC/Acted/wav/{folder}/{text:02}/{name}{text:04}{code}{level}.wav"
        for text, (folder, name), code, level in product(
            range(1, 99), people.items(), codes, range(4)
        )
    )
    return Release(empty(islice(grid, 2656), iter(["OGVC/Natural/wav/01_MMK/01_MMK_0001.wav"])))


def map_hawk() -> Release:
    codes = ("BS", "MN", "WG", "SC", "AN", "BL", "NU", "TR", "VD", "VZ")
    people = {
        "01": "V",
        "02": "M",
        "03": "V",
        "06": "V",
        "08": "V",
        "10": "M",
        "12": "M",
        "13": "M",
    }
    grid = product("123", codes, people.items())  # blocks 1 and 2 are no speech
    return Release(empty(f"{block}{code}{who}S{sex}.wav" for block, code, (who, sex) in grid))


def beat() -> Release:
    grid = product(range(1, 31), ((0, 118), (1, 8), (2, 10), (5, 2)))
    names = (
        f"{who}/{who}_name_{kind}_{number}_{number}"
        for who, (kind, last) in grid
        for number in range(1, last + 1)
    )
    return Release(empty(f"{name}.{kind}" for name in names for kind in ("wav", "csv", "TextGrid")))


def emotiontts_open_db(whole: bool) -> Release:
    sets = {
        "plain-to-emotional": ["ema", "emb", "emf", "emg", "emh"],
        "emotional-to-emotional": [f"ne{letter}" for letter in "abcdeklmno"],
    }
    numbers = [n for n in range(1, 401) if whole or (n - 1) % 100 < 5]
    contents: Contents = {}
    for folder, people in sets.items():
        for who, number in product(people, numbers):
            where = f"Dataset/SpeechCorpus/Emotional/{folder}/{who}"
            contents[f"{where}/wav/{who}{number:05}.wav"] = b""
            contents[f"{where}/transcript/{who}{number:05}.txt"] = "\ufeff안녕\n".encode()
            contents[f"{where}/script/{who}{number:05}.txt"] = "\ufeff안녕\n".encode()
    return Release(contents)


def juslin_laukka_2001() -> Release:
    acted = product(range(1, 9), "qs", ("an", "di", "fe", "ha", "sa"), "sm")
    names = (f"{who}_x{text}{code}{level}.wav" for who, text, code, level in acted)
    plain = (f"{who}_x{text}noex.wav" for who, text in product(range(1, 9), "qs"))
    return Release(empty(names, plain))


def venec() -> Release:
    codes = cycle(("ang", "amu", "disg", "negsurprise", "psur", "sham", "neu", "lus", "sad"))
    origins = _venec_origins(codes)
    rows = list(islice(origins, 2519))
    unusable = {
        "no_signal": ("0191", "0723", "1528", "2080"),
        "no_label": ("0731", "1370", "2370", "2505"),
    }
    written = "".join(f"{n:04}.mp3,{row}\n" for n, row in enumerate(rows, 1)).encode()
    clips = (f"NoNameProsody/{n:04}.mp3" for n in range(1, 2520))
    copies = (f"NoNameProsody/{n:04}.mp3.wav" for n in range(1, 20))
    reasons = {reason: len(found) for reason, found in unusable.items()}
    return Release(empty(clips, copies) | {"veneccountryinfo.csv": written}, reasons)


def _venec_origins(codes: Iterator[str]) -> Iterator[str]:
    for number in count():
        country = ("AUS", "ken", "STR", "SIN", "USA")[number % 5]
        stem = f"{number % 20 + 1}{next(codes)}"
        if number % 2:
            stem = f"abc{stem}{'2High' if number % 3 else 'H'}"
        intensity = "High" if number % 2 else "Medium"
        yield f"{country},{intensity}_Sounds/{country}/{stem}.wav"
