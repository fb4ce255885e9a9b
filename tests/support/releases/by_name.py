"""Releases whose names say everything."""

from collections.abc import Iterator
from itertools import count, cycle, islice, product

from tests.support.releases.release import Release, empty, three_letter_words


def casia(larger: bool) -> Release:
    speakers = ("liuchanhg", "wangzhe", "zhaoquanyin", "zhaozuoxiang")
    words = ("angry", "fear", "happy", "neutral", "sad", "surprise")
    if not larger:
        return Release(
            empty(
                f"{speaker}/{word}/{number}.wav"
                for speaker, word, number in product(speakers, words, range(201, 251))
            )
        )
    others = ("Chang.Liu", "Zhe.Wang", "Quanyin.Zhao", "Zuoxiang.Zhao")
    return Release(
        empty(
            (
                f"相同文本300/{speaker}/{word}/{number}.wav"
                for speaker, word, number in product(
                    (*speakers[:3], "ZhaoZuoxiang"), words, range(1, 301)
                )
            ),
            (
                f"不同文本100/{speaker}/{word.replace('neutral', 'normal')}/{number}.wav"
                for speaker, word, number in product(others, words, range(1, 101))
            ),
        )
    )


def demos() -> Release:
    men = [*range(2, 17), 18, 19, 20, *range(23, 29), 30, 32, 33, 34, 39, 41, 42]
    men += [50, 51, 52, 53, 58, 59, *range(62, 70)]
    speakers = [f"{'m' if n in men else 'f'}_{n:02}" for n in range(1, 70) if n != 35]
    counts = {"col": 1129, "dis": 1678, "gio": 1395, "pau": 1156, "rab": 1477, "sor": 1000}
    files = []
    for emotion, wanted in (counts | {"tri": 1530, "neu": 332}).items():
        names = (
            (kind, speaker, f"{emotion}{item:02}{letter}")
            for item, letter, kind, speaker in product(range(100), "abc", ("NP", "PR"), speakers)
        )
        for kind, speaker, item in islice(names, wanted):
            folder = "NEU/" if emotion == "neu" else f"DEMOS/{kind}_"
            files.append(f"wav_DEMoS/{folder}{speaker}_{item}.wav")
    # neutral names have no kind, so those of NP and PR are one
    neutral = (
        f"wav_DEMoS/NEU/{speaker}_neu{item:02}b.wav"
        for item, speaker in product(range(100), speakers)
    )
    files = [file for file in files if "/NEU/" not in file]
    return Release(empty(iter(files), islice(neutral, 332)))


def emofilm() -> Release:
    counts = {"ans": 221, "dis": 168, "gio": 240, "rab": 232, "tri": 254}
    stems = [
        f"{gender}_{emotion}{number:03}{letter}{language}"
        for emotion, wanted in counts.items()
        for number, letter, gender, language in islice(
            product(range(1, 200), "a", "fm", ("en", "es", "it")), wanted
        )
    ]
    stems[stems.index("f_ans007aen")] = "f_ans007sen"
    return Release(empty(f"wav_corpus/{stem}.wav" for stem in stems))


def emotiw(train: int, suffix: str) -> Release:
    folders = cycle(("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise"))
    numbers = count(46280)

    def clips(part: str, wanted: int) -> Iterator[str]:
        named = (f"{part}{suffix}/{next(folders)}/{next(numbers):09}.avi" for _ in count())
        return islice(named, wanted)

    return Release(
        empty(
            clips("Train", train),
            clips("Val", 383),
            (f"Test/Test_vid_Distribute/{next(numbers):09}.avi" for _ in range(407)),
            iter(["Train/Train_6.xml", "Train/Faces/000046280/001.jpg"]),
        )
    )


def emovo() -> Release:
    texts = ("b1", "b2", "b3", "l1", "l2", "l3", "l4", "n1", "n2", "n3", "n4", "n5", "d1", "d2")
    codes = ("dis", "gio", "neu", "pau", "rab", "sor", "tri")
    speakers = ("f1", "f2", "f3", "m1", "m2", "m3")
    return Release(
        empty(
            (f"EMOVO/{s}/{e}-{s}-{t}.wav" for s, e, t in product(speakers, codes, texts)),
            iter(
                ["EMOVO/documents/LA STRUTTURA DI EMOVO.pdf", "EMOVO/documents/poster emovo3.pdf"]
            ),
        )
    )


def enterface05() -> Release:
    codes = {"anger": "an", "disgust": "di", "fear": "fe"}
    codes |= {"happiness": "ha", "sadness": "sa", "surprise": "su"}
    paths = []
    for subject, (word, code) in product(range(1, 45), codes.items()):
        folder = f"enterface database/subject {subject}/{word}"
        if subject == 6:
            paths.append(f"{folder}/s6_{code}.avi")
            continue
        name = {3: "s_3", 11: "s12"}.get(subject, f"s{subject}")
        for sentence in range(1, 6):
            if subject == 23 and word == "happiness" and sentence <= 3:
                continue
            twice = "avi" if (subject, code, sentence) == (16, "su", 3) else ""
            paths.append(f"{folder}/sentence {sentence}/{name}_{code}_{sentence}{twice}.avi")
    first, second = (
        f"enterface database/subject 2/anger/sentence {n}/s2_an_{n}.avi" for n in (1, 2)
    )
    paths[paths.index(first)] = first.replace("s2_an_1", "s2_an_2")
    paths[paths.index(second)] = second.replace("s2_an_2", "s2_an_1")
    return Release(empty(iter(paths), iter(["enterface database/subject 1/anger/Thumbs.db"])))


def gemep() -> Release:
    core = (
        "adm", "amu", "ang", "anx", "con", "des", "dis", "fea", "int", "irr", "joy", "ple", "pri",
        "rel", "sad", "sur", "ten",
    )  # fmt: skip
    full = (
        "adm", "amu", "att", "col", "deg", "des", "fie", "hon", "inq", "int", "irr", "joi", "mep",
        "peu", "pla", "sou", "sur", "tri",
    )  # fmt: skip
    return Release(
        empty(
            (
                f"GEMEP_Coreset_Full Body/A{actor:02}{code}_1.avi"
                for actor, code in product(range(1, 11), core)
            ),
            (
                f"GEMEP/wavs/W{actor:02}{code}{rest}.wav"
                for actor, code, rest in product(range(1, 11), full, ("212", "412"))
            ),
            iter(["GEMEP/older/03joi412.x.wmv"]),
        )
    )


def mesd() -> Release:
    words = {"A": ["basta_ya", "por_favor", "lento", "fuera", "hoy", "tarde"], "B": []}
    for names in words.values():
        names += islice(three_letter_words(), 24 - len(names))
    codes = ("Anger", "Disgust", "Fear", "Happiness", "Neutral", "Sadness")
    stems = [
        f"{emotion}_{voice}_{part}_{word}"
        for emotion, voice, part in product(codes, "FMC", "AB")
        for word in words[part]
    ]
    stems.remove("Anger_C_A_hoy")
    stems.remove("Neutral_C_A_tarde")
    stems[stems.index("Happiness_C_A_lento")] = "Happiness_C_A_lento_dentro"
    stems[stems.index("Sadness_M_A_fuera")] = "Sadness_M_A_afuera"
    top = "cy34mh68j9-5/Mexican Emotional Speech Database (MESD)"
    return Release(empty(f"{top}/{stem}.wav" for stem in stems))


def ravdess(mirror: bool) -> Release:
    names = [
        f"Actor_{actor:02}/03-01-0{emotion}-0{level}-0{text}-0{take}-{actor:02}.wav"
        for actor, emotion, level, text, take in product(
            range(1, 25), range(1, 9), (1, 2), (1, 2), (1, 2)
        )
        if (emotion, level) != (1, 2)
    ]
    others = [name.replace("/03-01", "/03-02") for name in names if name[9:14] < "03-01-07"]
    others += [name.replace("/03-01", "/01-01").replace(".wav", ".mp4") for name in names]
    if not mirror:
        return Release(empty(iter(names), iter(others)))
    again = (f"audio_speech_actors_01-24/{name}" for name in names)
    return Release(empty(iter(names), again), {"copy": 1440})


def savee(mirror: bool) -> Release:
    form = "ALL/{}_{}{:02}.wav" if mirror else "AudioData/{}/{}{:02}.wav"
    codes = ("a", "d", "f", "h", "n", "sa", "su")
    return Release(
        empty(
            (
                form.format(speaker, code, number)
                for speaker, code in product(("DC", "JE", "JK", "KL"), codes)
                for number in range(1, 31 if code == "n" else 16)
            ),
            iter(["AudioData/Info.txt"]),
        )
    )


def subesco() -> Release:
    women = (
        "OISHI", "MONIKA", "SMITA", "SWARNALI", "MOUNI", "SIMI", "TITHI", "JOYEETA", "CHAITY",
        "FAHMEE",
    )  # fmt: skip
    men = (
        "BASHIR", "NIPUN", "ILIAS", "BIBHAS", "DURANTO", "SHUKANTO", "SIBLY", "PRASUN", "SHUMANTA",
        "EVAN",
    )  # fmt: skip
    codes = ("ANGRY", "DISGUST", "FEAR", "HAPPY", "NEUTRAL", "SAD", "SURPRISE")
    people = [f"F_{n:02}_{name}" for n, name in enumerate(women, 1)]
    people += [f"M_{n:02}_{name}" for n, name in enumerate(men, 1)]
    stems = [
        f"{person}_S_{text}_{code}_{take}"
        for person, text, code, take in product(people, range(1, 11), codes, range(1, 6))
    ]
    stems[stems.index("F_02_MONIKA_S_2_SURPRISE_3")] += "]"
    return Release(empty(f"SUBESCO/{stem}.wav" for stem in stems))


def susas() -> Release:
    counts = {"neutral": 701, "medst": 1276, "hist": 1202, "scream": 414, "freefall": 70}
    speakers = ("f1", "f2", "f3", "m1", "m2", "m3", "m4")
    top = "susas/speech/actual/roller"
    files = []
    for state, wanted in counts.items():
        who = speakers[:-1] if state == "freefall" else speakers
        names = product(
            range(1, 13), ("no", "steer", "destin", "histog", "nav", *three_letter_words()), who
        )
        ordered = ((s, word, n) for n, word, s in names)
        files += [f"{top}/{s}/{state}/{word}{n}.sph" for s, word, n in islice(ordered, wanted)]
    outside = [
        "f1/hist_oov_all/silence.sph",
        "m1/neut_oov_all/silence.sph",
        "m2/meds_oov_all/all.sph",
    ]
    outside += [f"m3/scre_oov_all/go{n}.sph" for n in range(343)]
    return Release(
        empty(
            iter(files),
            (f"{top}/{path}" for path in outside),
            iter(["susas/speech/simulated/ti46/f1/angry/no1.sph"]),
        ),
        {"out_of_vocabulary": 346},
    )


def tess(mirror: bool) -> Release:
    words = list(islice(three_letter_words(), 199))
    codes = ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad")
    stems = [f"{s}_{w}_{e}" for s, w, e in product(("OAF", "YAF"), [*words, "bite"], codes)]
    stems[stems.index("OAF_bite_neutral")] = "OA_bite_neutral"
    if not mirror:
        return Release(empty(f"{stem}.wav" for stem in stems))
    top = "TESS Toronto emotional speech set data"
    folders = {"fear": "Fear", "ps": "Pleasant_surprise", "sad": "Sad"}
    placed = [
        f"{s}_{folders.get(e, e)}/{s}_{w}_{e}.wav"
        for s, w, e in (stem.split("_") for stem in stems)
    ]
    twice = (f"{t}/{path}" for t, path in product((top, f"{top}/{top}"), placed))
    return Release(empty(twice), {"copy": 2800})


def turev() -> Release:
    folders = {"kz": "Angry", "sk": "Calm", "mt": "Happy", "hl": "Sad"}
    speakers = ("1157", "1234", "1358", "4585", "5896", "6783")
    names = product(three_letter_words(), speakers, folders)
    clips = islice(((s, code, word) for word, s, code in names), 1735)
    return Release(
        empty(
            f"TurEV-DB-master/{top}/{folders[code]}/{s}_{code}_{word}.{suffix}"
            for s, code, word in clips
            for top, suffix in (("Sound Source", "wav"), ("Spectrogram", "png"))
        )
    )


def urdu() -> Release:
    speakers = [f"SM{n}" for n in (*range(1, 8), *range(17, 28))] + [f"SF{n}" for n in range(1, 12)]
    folders = {"A": "Angry", "H": "Happy", "N": "Neutral", "S": "Sad"}
    who = cycle(speakers)
    return Release(
        empty(
            f"{folder}/{next(who)}_F{number % 20 + 1}_{code}0{number}.wav"
            for code, folder in folders.items()
            for number in range(1, 101)
        )
    )


def eu_voices() -> Release:
    return Release(
        empty(
            iter(
                [
                    "EU Emotion - UK Voices/Original/Afraid/OV3E.mp3",
                    "EU Emotion - UK Voices/Original/Afraid/NV3C 1.mp3",
                    "EU Emotion - UK Voices/Original/Neutral/DV24D.mp3",
                    "EU Emotion - UK Voices/Original/Disgusted - Low Intensity/OV6A.mp3",
                    "EU Emotion - UK Voices/Fixed - amplified volume/Afraid/fix__OV3H.mp3",
                    "EU Emotion - UK Voices/Fixed - amplified volume/Afraid/fix__OV3E.mp3",
                    "Supplementary Information/uk_voices_survey_results.xlsx",
                ]
            )
        ),
        {"copy": 1},
    )


def eu_videos() -> Release:
    top = "EU_emotions/emotions 1/HD Version - Face, Body, Social/Faces - HD Version"
    return Release(
        empty(
            iter(
                [
                    f"{top}/EDITED/Frustrated/HF23v2_cut.mp4",
                    f"{top}/Original/Frustrated/HF23v2.mov",
                    f"{top}/EDITED/Angry Low Intensity/HF18v1_cut.mp4",
                    f"{top}/EDITED/Proud/a scene without a code.mp4",
                    "EU_emotions/emotions 2/Still Images - Faces/Frustrated/HF23.jpg",
                    "EU_emotions/emotions 38/EU Emotion - UK Voices/Original/Afraid/OV3E.mp3",
                ]
            )
        ),
        {"copy": 1},
    )
