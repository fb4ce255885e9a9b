"""Releases of corpora of the EmoBox benchmark that other modules here do not have."""

from collections.abc import Iterator
from itertools import count, cycle, islice, product

from tests.support.releases.release import Release, empty, spread, table, three_letter_words


def aesdd() -> Release:
    words = ("anger", "disgust", "fear", "happiness", "sadness")
    names = {
        f"{word}/{word[0]}{text:02} ({speaker}).wav"
        for word, text, speaker in product(words, range(1, 21), range(1, 7))
    }
    names -= {"disgust/d18 (5).wav", "fear/f02 (4).wav", "happiness/h11 (3).wav"}
    names -= {"sadness/s01 (5).wav"} | {f"{w}/{w[0]}{n:02} (1).wav" for w, n in _PADDED}
    names |= {f"{word}/{word[0]}{text:02} (01).wav" for word, text in _PADDED}
    names |= {f"sadness/s{text} (5)b.wav" for text in ("01", "02", "03")}
    names |= {"sadness/s01 (5)a.wav", "anger/a06 (5)b.wav", "fear/f18 (5)b.wav"}
    names |= {f"disgust/d{text} (5)b.wav" for text in ("05", "06", "07")}
    documents = ("readme.txt", "ESTrainer.mlapp")
    return Release(
        empty(iter(names), (f"Tools and Documentation/{name}" for name in documents)),
        {"unreadable": 1},
    )


_PADDED = (("disgust", 3), ("fear", 10), ("fear", 11), ("fear", 12), ("fear", 13))


def ased() -> Release:
    folders = {"n": "01Neutral", "f": "02Fearful", "h": "03Happy", "s": "04Sad", "a": "05Angry"}
    counts = {"n": 522, "f": 510, "h": 486, "s": 470, "a": 486}
    names = []
    for code, wanted in counts.items():
        grid = product(range(1, 8), (1, 2), range(1, 66))
        for text, take, speaker in islice(grid, wanted):
            sex = 1 if speaker <= 25 else 2
            names.append(
                f"{folders[code]}/{code}{folders[code][1]}-{text:02}-{take:02}-{sex:02}"
                f"-{speaker:02}.wav"
            )
    names[names.index("04Sad/s4-04-02-01-03.wav")] = "04Sad/S4-04-02-01-03.wav"
    names[names.index("01Neutral/n1-02-01-01-09.wav")] = "01Neutral/n1-02-01-02-09.wav"
    return Release(empty(iter(names), iter(["README.md"])))


def cafe(hertz: int) -> Release:
    names = [
        f"{folder}/{how}/{speaker:02}-{code}-{level}-{text}"
        for folder, code in _CAFE.items()
        for (level, how), speaker, text in product(
            ((1, "Faible"), (2, "Fort")), range(1, 13), range(1, 7)
        )
    ]
    at_48 = [f"Neutre/{speaker:02}-N-1-{t}" for speaker, t in product(range(1, 13), range(1, 7))]
    at_192 = [name.replace("-N-1-", "-N-") for name in at_48]
    small = empty(f"CaFE_48k/{name}.wav" for name in names + at_48)
    large = empty(f"CaFE_192k_1/{name}.aiff" for name in names + at_192)
    if hertz == 48_000:
        return Release(small | {"CaFE_48k/Readme.txt": b""})
    return Release(small | large, {"copy": 936})


_CAFE = {"ColŠre": "C", "D‚go–t": "D", "Joie": "J", "Peur": "P", "Surprise": "S", "Tristesse": "T"}


def emns(raw: bool) -> Release:
    counts = {"Angry": 126, "Disgust": 162, "Excited": 150, "Happy": 157, "Neutral": 149}
    counts |= {"Sad": 147, "Sarcastic": 139, "Surprised": 151}
    stems = ["recorded_audio", *(f"recorded_audio_{word}Abc1" for word in three_letter_words())]
    complete = list(zip(stems, spread(counts), strict=False))
    updating = [(stem, "Disgust") for stem in stems[1181:1205]]
    rows = [
        (n, 'He said "no", twice.', "{emotion}", word, "2022-05-04", status, "Female", "20s", 3,
         f"wavs/{stem}.webm", 3)
        for status, found in (("Complete", complete), ("Needs Updating", updating))
        for n, (stem, word) in enumerate(found)
    ]  # fmt: skip
    header = "id|utterance|description|emotion|date_created|status|gender|age|level|audio_recording"
    files = empty(f"cleaned_webm/{stem}.webm" for stem, _ in complete)
    if raw:
        files |= empty(f"raw_webm/{stem}.webm" for stem, _ in complete + updating)
    files["metadata.csv"] = table(f"{header}|user_id", rows, "|")
    return Release(files, {"copy": 1181, "no_table_row": 24} if raw else {})


def emov_db(is_sorted: bool) -> Release:
    counts = {"Amused": 1317, "Angry": 1268, "Disgusted": 1019, "Neutral": 1568, "Sleepy": 1721}
    words = {"Angry": "anger", "Disgusted": "disgust", "Sleepy": "sleepiness"}
    names = []
    for emotion, wanted in counts.items():
        speakers = ["bea", "jenie", "sam", *(["josh"] if emotion not in words else [])]
        word = words.get(emotion, emotion.lower())
        takes = product(range(1, 600), speakers)
        for number, speaker in islice(takes, wanted):
            folder = f"EmoV-DB_sorted/{speaker}/" if is_sorted else f"{speaker}_"
            spelt = word.capitalize() if (speaker, emotion) == ("sam", "Disgusted") else word
            between = "_" if speaker == "josh" else "-"
            names.append(f"{folder}{emotion}/{spelt}_{number}{between}{number + 9}_{number:04}.wav")
    names[0] = f"{names[0].rpartition('/')[0]}/amused_225-252_0026.wav"
    return Release(empty(iter(names), iter(["LICENSE.md"])))


def emozionalmente(parts: bool) -> Release:
    words = ("anger", "disgust", "fear", "joy", "neutrality", "sadness", "surprise")
    actors = [f"{number:064x}" for number in range(431)]
    stamps = (f"{number}.wav" for number in count(1612871026347, 1017))
    rows = [
        (name, "La mamma è uscita", "it", actor, word)
        for name, actor, word in zip(
            stamps, cycle(actors), spread(dict.fromkeys(words, 986)), strict=False
        )
    ]
    header = "file_name,sentence,sentence_language,actor,emotion_expressed"
    users = [(actor, 30, "female" if n % 2 else "male", "it") for n, actor in enumerate(actors)]
    top = "emozionalmente" if parts else "emozionalmente_dataset"
    files = empty(f"{top}/audio/{name}" for name, *_ in rows)
    files[f"{top}/metadata/samples.csv"] = table(header, rows)
    files[f"{top}/metadata/users.csv"] = table("username,age,gender,mother_tongue", users)
    for part, start, end in (("train", 0, 5000), ("dev", 5000, 6000), ("test", 6000, 6902)):
        if parts:
            files[f"{top}/metadata/split/{part}.csv"] = table(header, rows[start:end])
    return Release(files)


def jl_corpus() -> Release:
    words = ("angry", "anxious", "apologetic", "assertive", "concerned", "encouraging")
    words += ("excited", "happy", "neutral", "sad")
    top = "Raw JL corpus (unchecked and unannotated)"
    names = [
        f"{top}/JL(wav+txt)/{speaker}_{word}_{text}{letter}_{session}"
        for speaker, word, text, letter, session in product(
            ("female1", "female2", "male1", "male2"), words, range(1, 16), "ab", (1, 2)
        )
    ]
    texts = {f"{name}.txt": b"Carl leaps into a jeep.\n" for name in names}
    others = iter([f"{top}/Format_Intro.txt", "Picture Stimuli/happy.jpg"])
    return Release(empty((f"{name}.wav" for name in names), others) | texts)


def mead() -> Release:
    men = [3, 5, 7, 9, 11, 12, 13, 19, *range(22, 36), 37, 39, 40, 41, 42]
    women = [9, 11, *range(14, 20), 21, 23, 24, 25, 26, 28, 29, 33, *range(35, 39), 40]
    actors = [f"M{n:03}" for n in men] + [f"W{n:03}" for n in women]
    counts = {"angry": 4193, "contempt": 4215, "disgusted": 4284, "fear": 4251, "happy": 4294}
    counts |= {"neutral": 1916, "sad": 4306, "surprised": 4270}

    def clips(word: str, wanted: int) -> Iterator[str]:
        levels, texts = ((1,), 40) if word == "neutral" else ((1, 2, 3), 30)
        grid = product(range(1, texts + 1), levels, actors)
        return (f"{actor}/audio/{word}/level_{level}/{text:03}.m4a" for text, level, actor in
                islice(grid, wanted))  # fmt: skip

    video = (f"{actor}/video/front/angry/level_1/001.mp4" for actor in actors)
    return Release(empty(*(clips(*one) for one in counts.items()), video))


def oreau(both: bool) -> Release:
    counts = {"C": 67, "D": 67, "J": 62, "N": 70, "P": 51, "S": 62, "T": 55}
    women = ("10", "11", "13", "24", "37", "38", "42")
    speakers = [*women, *(f"{n:02}" for n in (7, 8, 9, 12, *range(14, 24), *range(25, 36)))]

    def clips(top: str, more: int) -> Iterator[str]:
        for code, wanted in counts.items():
            takes = islice(product(range(1, 14), speakers), wanted + more)
            for text, speaker in takes:
                sex = "f" if speaker in women else "m"
                yield f"{top}/{sex}/sess{code.lower()}/{speaker}a{text:02}{code}a.wav"

    second = empty(clips("OréauFR_02", 0), iter(["OréauFR_02/contents.txt"]))
    first = empty(islice(clips("OréauFR_01", 10), 502))
    return Release(first | second, {"copy": 434}) if both else Release(second)


def polish_ser() -> Release:
    words = ("nie", "oddaj", "podaj", "stop", "tak", "trzymaj")
    grid = product(range(1, 6), "ans", words, range(1, 6))
    return Release(empty(f"POLISH/m{s}.{code}_{word}_{take}.wav" for s, code, word, take in grid))


def asvp_esd() -> Release:
    counts = {1: 548, 2: 1598, 3: 1868, 4: 2694, 5: 1453, 6: 1180, 7: 899, 8: 1586, 9: 401}
    counts |= {10: 365, 11: 834, 12: 365, 13: 172, 17: 1}
    ends = cycle(("-01", "-02-02", "-02-03-12", "-02-01-00-18", "-01-00-14 -01", "-02-02-66-11-02"))
    who = cycle((*range(129), 150, 200))
    names = []
    for number, code in enumerate(spread(counts)):
        actor = next(who)
        top = "Bonus" if actor >= 150 else "Audio"
        folder = "" if code == 13 and top == "Audio" else 119 if number == 4000 else actor
        names.append(
            f"{top}/actor_{folder}/03-0{1 + number % 2}-{code:02}-01-{number % 60:02}-{actor:02}"
            f"-02{next(ends)}.wav".replace(".wav", f"-{number // 60:02}.wav")
        )
    return Release(empty(iter(names)), {"unexplained_code": 1})


def pavoque() -> Release:
    """Outtakes 0 to 9 are listed as two styles each."""
    counts = {"angry": 601, "happy": 584, "neutral": 3126, "poker": 575, "sad": 556}
    files = {}
    for style, wanted in counts.items():
        prompts = [_prompt(f"m{n:04}", style, 4.5 * n) for n in range(wanted)]
        files[f"pavoque-{style}.yaml"] = "".join(prompts).encode()
    outtakes = [_prompt(f"m{n:04}a", "sad", 7.25 * n) for n in range(1604)]
    outtakes += [_prompt(f"m{n:04}a", "poker", 7.25 * n) for n in range(10)]
    files["pavoque-outtakes.yaml"] = "".join(outtakes).encode()
    audio = (name.replace("yaml", "flac") for name in files)
    return Release(empty(audio) | files, {"rows_disagree": 20})


def _prompt(name: str, style: str, start: float) -> str:
    return (
        f"- prompt: {name}\n  text: 'Er sagte: nein'\n  style: {style}\n"
        f"  start: {start}\n  end: {start + 4.5}\n"
        "  segments:\n  - {lab: H#, end: 0.416756}\n  - {lab: n, end: 0.5}\n"
    )
