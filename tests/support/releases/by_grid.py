"""Releases that hold every combination of their codes, or a number of each that is published."""

from collections.abc import Iterable
from itertools import chain, count, islice, product

from tests.support.releases.release import Release, empty, spread, table

_Values = Iterable[object]


def grid(template: str, *values: _Values, more: Iterable[str] = ()) -> Release:
    """One clip for every combination of values that a template takes, and files that are none."""
    return Release(empty((template.format(*one) for one in product(*values)), iter(more)))


def two(numbers: Iterable[int]) -> list[str]:
    """Numbers of two digits."""
    return [f"{number:02}" for number in numbers]


def indowave() -> Release:
    return grid(
        "IndoWaveSentiment/{}-{}-{}-{}.wav",
        two(range(1, 11)), two(range(1, 6)), two((1, 2)), two((1, 2, 3)),
        more=["IndoWaveSentiment/naming.pdf"],
    )  # fmt: skip


def jtes() -> Release:
    return grid(
        "jtes_v1.1/wav/{0}{1}/{2}/{0}{1}_{2}_{3}.wav",
        "fm", two(range(1, 51)), ("ang", "joy", "neu", "sad"), two(range(1, 51)),
    )  # fmt: skip


def kannada() -> Release:
    return grid("{}-{}-{}.wav", two(range(1, 14)), two(range(1, 7)), two(range(1, 7)))


def kazemotts() -> Release:
    counts = {"angry": 9059, "fear": 9098, "happy": 9059, "neutral": 9385, "sad": 8980}
    speakers = ("805570882", "1263201035", "399172782")
    clips = []
    for number, emotion in enumerate(spread(counts | {"surprise": 9179})):
        who, part = speakers[number % 3], "eval" if number % 15 == 0 else "train"
        clips.append(f"EmoKaz/{who}/{part}/{who}_{emotion}_{number}")
    texts = {f"{clip}.txt": "Сәлем\n".encode() for clip in clips[::50]}
    return Release(empty(f"{clip}.wav" for clip in clips) | texts)


def mlendsnd() -> Release:
    counts = {"bored": 8042, "excited": 8223, "neutral": 8187, "question": 8202}
    rows = [
        (f"{number:05}", 1_000_000, word, number % 151)
        for number, word in zip((n for n in count() if n != 2), spread(counts), strict=False)
    ]
    speakers = [(number, "Hindi", "English", "Indian", "(19.07,72.87)") for number in range(154)]
    files = empty(f"MLEndSND_Public/{name}.wav" for name, *_ in rows)
    files["MLEndSND_Audio_Attributes.csv"] = table(
        "Public filename,Numeral,Intonation,Speaker", rows
    )
    files["MLEndSND_Speakers_Demographics.csv"] = table(
        "Speaker,Language1,Language2,Nationality,Coordinates", speakers
    )
    return Release(files, {"other": 8202})


def mustard_pp() -> Release:
    counts = {"Neutral": 438, "Happiness": 244, "Sadness": 149, "Excitement": 115, "Surprise": 101}
    counts |= {"Anger": 53, "Frustration": 48, "Disgust": 30, "Fear": 23}
    scenes = islice((f"{show}_{n}" for n in count(205) for show in (1, 2, 3)), 1201)
    lines = list(zip(scenes, spread(counts), strict=True))
    rows = [
        (scene, f"{scene}_u", 'Oh,\nthat is "great".', "0:07", "SHELDON", "BBT", 1, "PRO",
         "Ridicule", word, 2, 7)
        for scene, word in lines
    ]  # fmt: skip
    context = [(scene, f"{scene}_c_00", "Hi.", "0:16", "PERSON", "BBT") for scene, _ in lines]
    damaged = ("1_S11E03_067", "Disgust", "Hm.", "0:16", "RAJ", "BBT", 0, "NONE", "Fear", "Fear")
    header = "SCENE,KEY,SENTENCE,END_TIME,SPEAKER,SHOW,Sarcasm,Sarcasm_Type"
    header += ",Implicit_Emotion,Explicit_Emotion,Valence,Arousal"
    files = empty(
        (f"all_videos/final_utterance_videos/{scene}_u.mp4" for scene, _ in lines),
        (f"all_videos/final_context_videos/{scene}_c.mp4" for scene, _ in lines),
        iter(["all_videos/final_utterance_videos/1_S11E03_067_u.mp4"]),
    )
    files["mustard++_text.csv"] = table(header, chain(rows, context, [damaged]))
    return Release(files, {"damaged_row": 1})


def ravdess_song() -> Release:
    actors = [actor for actor in two(range(1, 25)) if actor != "18"]
    loud = [(word, level) for word in two(range(1, 7)) for level in ("01", "02")]
    takes = product(actors, loud, two((1, 2)), two((1, 2)))
    return Release(
        empty(
            (
                f"Actor_{actor}/03-02-{word}-{level}-{text}-{take}-{actor}.wav"
                for actor, (word, level), text, take in takes
                if (word, level) != ("01", "02")
            ),
            (f"Actor_{actor}/03-01-01-01-01-01-{actor}.wav" for actor in actors),
            (f"Actor_{actor}/01-02-01-01-01-01-{actor}.mp4" for actor in actors),
        )
    )


def syntact() -> Release:
    words = ("angry", "bored", "happy", "neutral", "sad", "scared")
    takes = islice(product(range(28), (1, 2, 3, 4, 6, 7), words), 997)
    return Release(
        empty(f"syntact_cat/synthesized_audio/de{v}_{w}_p{n:06}.wav" for n, v, w in takes)
    )


def thorsten_emotional() -> Release:
    words = ("amused", "angry", "disgusted", "drunk", "neutral", "sleepy", "surprised", "whisper")
    names = [f"{word}/{text:032x}.wav" for word, text in product(words, range(300))][:-1]
    return Release(empty(f"thorsten-emotional_v02/{name}" for name in names), {"other": 299})
