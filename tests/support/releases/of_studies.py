"""Releases of corpora that only programs of studies and tools tell of; names fill grids."""

from itertools import cycle, islice, product

from tests.support.releases.by_grid import grid, two
from tests.support.releases.release import Release, empty, spread, table


def ahoemo1() -> Release:
    return grid(
        "ahoemo1/{}/{}/wav/wav_01/s{}.wav",
        ("anger", "disgust", "fear", "happineess", "neutral", "sadness", "surprise"),
        ("comunes", "depend"), two(range(1, 11)),
        more=["ahoemo1/anger/comunes/wav/wav_02/s01.wav"],
    )  # fmt: skip


def ahoemo2() -> Release:
    words = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
    return grid("ahoemo2/{}/wav/{}/s{}.wav", ("male", "female"), words, two(range(1, 11)))


def att_hack() -> Release:
    sexes = "FFFMFFMFMFMMMFFMMFMF"
    speakers = [f"{sex}{number:02}" for number, sex in enumerate(sexes, 1)]
    names = ["_".join(n) for n in product(speakers, ("a1", "a2", "a3", "a4"), ("s001", "s100"))]
    texts = {f"txt/{name}_v01.txt": "Ça va\n".encode() for name in names}
    return Release(empty(f"wav/{name}_v01.wav" for name in names) | texts, {"other": 120})


def banglaser(version: int) -> Release:
    actors = two(range(1, 35))
    name = "BanglaSER/Actor_{0}/03-01-{1}-{2}-{3}-{0}.wav"
    takes = ["-".join(pair) for pair in product(two((1, 2, 3)), repeat=2)]
    loud = {"01": "01", "02": "01", "03": "02", "04": "02", "05": "01"}
    words = tuple(loud)[: 5 if version == 5 else 4]
    return Release(
        empty(
            name.format(actor, word, loud[word], take)
            for actor, word, take in product(actors, words, takes)
            if word != "05" or int(actor) <= 27
        )
    )


def banspemo() -> Release:
    return grid("BANSpEmo Dataset/{}_{}_{}.wav", two(range(22)), two(range(1, 7)), two(range(1, 7)))


def coraa_ser() -> Release:
    words = ("neutral", "non-neutral-female", "non-neutral-male")
    clips = (f"data_train/bfam_{n:04}_{word}.wav" for word, n in product(words, range(200)))
    tests = (f"test_ser/bfam_{n:04}.wav" for n in range(308))
    files = empty(clips, tests, iter(["test_ser_metadata.csv"]))
    return Release(files, {"other": 400, "no_public_label": 308})


def dafex() -> Release:
    names = [
        f"DaFEX/data/Actor{actor}/{'Block' if actor % 2 else 'block'}{block}"
        f"/act {actor} - blk {block} - {word} - {level}.avi"
        for actor, block, word in product(
            range(1, 9), range(1, 7), ("ang", "dis", "fea", "hap", "neu", "sad", "sur")
        )
        for level in (("1", "2", "3") if word == "neu" else ("LO", "MD", "HI"))
    ]
    return Release(empty(iter(names)), {"no_speech": 8 * 2 * 21})


def db_arabic_dz() -> Release:
    return grid(
        "DB_Arabic/Locuteur{}/{}/abc_de_{}-{}.ogg",
        range(1, 14), ("Colere", "Joie", "Neutre", "Tristesse"), range(1, 11), (1, 2),
    )  # fmt: skip


def e_seravd() -> Release:
    films = cycle(("AADC", "D1990", "DHB", "HA3", "HSL", "TAOL"))
    clips = [
        f"{word}/{film}/02-{word}-{film}-T-{number:04}"
        for number, (word, film) in enumerate(
            zip(spread(dict.fromkeys(two(range(1, 5)), 300)), films, strict=False)
        )
    ]
    top = "E-SERAVD/02_Audio-Only"
    files = empty(
        (f"{top}/{clip}.wav" for clip in clips),
        (f"E-SERAVD/01_Audio-Video/{clip.replace('02-', '01-', 1)}.mp4" for clip in clips),
        iter([f"{top}/01/DHB/02-01-DHB-F-2000.wav"]),
    )
    return Release(files, {"not_validated": 1})


def eaed() -> Release:
    words = ("happy", "Sad", "angry", "NEUTRAL", "surprised", "fearful")
    actors = (
        "NellyKarim",
        *(f"Actor{letter}{other}" for letter, other in product("abcdefgh", "abcdefghij")),
    )
    takes = islice(product(range(1, 20), words, actors[:79]), 3614)
    return Release(
        empty(
            f"Series {len(actor)}/{actor}/{actor}_{word}_{number:02}.wav"
            if number > 1
            else f"Series {len(actor)}/{actor}/{actor}_{word}_ {number:02}.wav"
            for number, word, actor in takes
        )
    )


def ema_usc() -> Release:
    words = ("angry", "happy", "neutral", "sad")
    return grid(
        "Emotional_EMA/{1}/ema_{1}_{2}_{0}_x.wav", two(range(1, 11)), ("ab", "jn", "ls"), words
    )


def emohi() -> Release:
    words = ("angry", "happy", "neutral", "sad")
    return grid("EmoHI/T{}_{}_s{}_u{}.wav", range(1, 7), words, range(1, 4), range(1, 4))


def emota() -> Release:
    folders = {"ang": "angry", "fea": "fear", "hap": "happy", "neu": "neutral", "sad": "sad"}
    takes = islice(product(range(1, 20), folders, range(1, 23)), 936)
    files = empty(f"{folders[code]}/{who}_{text}_{code}.wav" for text, code, who in takes)
    speakers = [(n, 22 + n % 6, "male" if n % 2 else "female", "northern") for n in range(1, 23)]
    files["meta/speaker_details.csv"] = table("actor_id,age,gender,region", speakers)
    return Release(files)


def emouerj() -> Release:
    takes = islice(product(two(range(1, 13)), "hasn", "mw", two(range(1, 5))), 377)
    return Release(empty(f"emoUERJ/{sex}{who}{code}{take}.wav" for take, code, sex, who in takes))


def erysac() -> Release:
    counts = {"Anger": 639, "Joy": 592, "Neutral": 628, "Sad": 646}
    names = [
        f"{word}/{n % 22 + 1}_{'fm'[n % 2]}_{8 + n % 2}y_{('m', 'ph', 'w')[n % 3]}"
        f"_{word[0].lower()}_{n}.{'wav' if 14 < n % 22 + 1 < 21 else 'WAV'}"
        for n, word in enumerate(spread(counts))
    ]
    names[-1] = "Sad/16_f_8y_ph_a_2.wav"
    return Release(empty(iter(names), iter(["README.md"])))


def escad() -> Release:
    speakers = [f"{n:02}{'MF'[n % 2]}" for n in range(1, 58) if n % 14]
    names = [f"{who}{text}S1{code}" for who, text, code in product(speakers, two((1, 2)), "AN")]
    copies = iter([f"ESCAD/{names[0]}(1).wav"])
    return Release(empty((f"ESCAD/{name}.wav" for name in names), copies), {"copy": 1})


def iitkgp_sehsc() -> Release:
    words = ("anger", "disgust", "fear", "happy", "neutral", "sadness", "sarcastic", "surprise")
    grid_of_all = product(range(1, 11), range(1, 11), words, range(1, 16))
    names = [f"{word}/{who}.{time}.{word}-{text}.wav" for who, time, word, text in grid_of_all]
    names[0] = "anger/71.1.anger-1.wav"
    return Release(empty(f"IITKGP_SEHSC/{name}" for name in names))


def iitkgp_sesc() -> Release:
    words = ("Anger", "Compasion", "Disgust", "Fear", "Happy", "Neutral", "Sarcastic", "Surprise")
    return grid("Speaker ({})/Season ({})/{}_all.wav", range(1, 11), range(1, 11), words)


def jnv() -> Release:
    words = ("angry", "disgust", "fear", "happy", "sad", "surprise")
    takes = list(islice(product(two(range(40)), "RF", words, ("F1", "F2", "M1", "M2")), 420))
    phrases = {f"{word}_{item}_{how}|うぅ\n" for item, how, word, _ in takes}
    files = empty(f"JNV/{who}/{who}_{word}_{item}_{how}.wav" for item, how, word, who in takes)
    return Release(files | {"JNV/phrases.txt": "".join(sorted(phrases)).encode()})


def jvnv() -> Release:
    words = ("anger", "disgust", "fear", "happy", "sad", "surprise")
    speakers = ("F1", "F2", "M1", "M2")
    takes = list(islice(product(two(range(1, 60)), ("regular", "free"), words, speakers), 1615))
    scripts = {f'{word}_{how}_{item}|うわ|"うわ"、すごい\n' for item, how, word, _ in takes}
    files = empty(
        f"jvnv_v1/{who}/{word}/{how}/{who}_{word}_{how}_{item}.wav"
        for item, how, word, who in takes
    )
    return Release(files | {"jvnv_v1/transcription.csv": "".join(sorted(scripts)).encode()})


def kbes() -> Release:
    takes = islice(product(range(50), "12345", "12", "01"), 900)
    return Release(empty(f"KBES/{code}-{level}-{sex}-{n}.wav" for n, code, level, sex in takes))


def ksuemotions() -> Release:
    speakers = [f"{sex}{number:02}" for sex, number in product((0, 1), range(1, 13))][:23]
    release = grid(
        "data/SPEECH/Phase_{0}/E0{1}/D05E0{1}P{2}S{3}T01.flac",
        (1, 2), range(6), speakers, two(range(1, 9)),
    )  # fmt: skip
    return Release(release.contents, {"other": 2 * 23 * 8})


def pax() -> Release:
    words = ("ANG", "DIS", "FER", "HAP", "NEU", "SAD", "SUR")
    release = grid("PAX/Nonsense/{}_{}_VX{}.wav", ("DF", "MG", "NA", "SL"), words, range(1, 13))
    more = iter(["PAX/Nonsense/DF_ANG_VX12(2).wav", "PAX/Sentences/NA_SAD_V3a.wav"])
    return Release(release.contents | empty(more), {"copy": 1})


def stressdat() -> Release:
    speakers = [f"s{number:02}h" for number in range(1, 31)]
    clips = product(speakers, two(range(1, 5)), "abc", two(range(1, 4)))
    return Release(
        empty(f"repo/audio/{who}_{scene}{code}_{n}.wav" for who, scene, code, n in clips)
    )


def verbo() -> Release:
    words = ("ale", "des", "med", "neu", "rai", "sur", "tri")
    texts = [*(f"{letter}{n}" for letter, n in product("bln", range(1, 5))), "d1", "d2"]
    takes = islice(product(texts, words, "fm", range(1, 7)), 1167)
    return Release(empty(f"Audios/{s}{n}/{w}-{s}{n}-{text}.wav" for text, w, s, n in takes))


def eatd() -> Release:
    people = [f"t_{n}" for n in range(1, 84)] + [f"v_{n}" for n in range(1, 80)]
    answers = [f"EATD-Corpus/{s}/{w}" for s in people for w in ("positive", "neutral", "negative")]
    suffixes = (".wav", "_out.wav")
    files = empty(f"{answer}{suffix}" for answer in answers for suffix in suffixes)
    files |= {f"{answer}.txt": "我很高兴\n".encode() for answer in answers}
    return Release(files | {f"EATD-Corpus/{s}/label.txt": b"41" for s in people}, {"copy": 486})
