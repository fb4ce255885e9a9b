"""Releases with tables of labels, transcripts or ratings beside the clips."""

import json
from collections.abc import Iterator
from itertools import chain, cycle, islice, product

from tests.support.releases.release import Contents, Release, empty, spread


def crema_d(misnamed: bool) -> Release:
    stems = []
    sentences = ("TIE", "IOM", "IWW", "TAI", "MTI", "IWL", "ITH", "DFA", "ITS", "TSI", "WSI")
    counts = {"ANG": 1271, "DIS": 1271, "FEA": 1271, "HAP": 1271, "NEU": 1087, "SAD": 1271}
    for emotion, wanted in counts.items():
        levels = ("XX",) if emotion == "NEU" else ("LO", "MD", "HI")
        low = ((actor, "IEO", level) for actor in range(1001, 1092) for level in levels)
        others = ((actor, text, "XX") for text in sentences for actor in range(1001, 1092))
        for actor, text, level in islice(chain(low, others), wanted):
            stems.append(f"{actor}_{text}_{emotion}_{level}")
    if misnamed:
        stems[stems.index("1040_ITH_SAD_XX")] = "1040_ITH_SAD_X"
    votes = "\n".join(f'"1","{stem}","S","50"' for stem in stems)
    files = empty(
        (f"CREMA-D/AudioWAV/{stem}.wav" for stem in stems),
        (f"CREMA-D/AudioMP3/{stem}.mp3" for stem in stems),
        (f"CREMA-D/VideoFlash/{stem}.flv" for stem in stems),
    )
    table = f'"","FileName","VoiceVote","VoiceLevel"\n{votes}\n'.encode()
    # the mp3 of every wav is a copy; one of them holds a minute of several takes
    return Release(
        files | {"CREMA-D/processedResults/summaryTable.csv": table},
        {"copy": 7441, "several_takes": 1},
    )


def emo_db_names() -> Iterator[str]:
    speakers = ("03", "08", "09", "10", "11", "12", "13", "14", "15", "16")
    counts = {"W": 127, "L": 81, "E": 46, "A": 69, "F": 71, "T": 62, "N": 79}
    texts = ("a01", "a02", "a04", "a05", "a07", "b01", "b02", "b03", "b09", "b10")
    for emotion, wanted in counts.items():
        names = product("abcdef", texts, speakers)
        yield from (f"{s}{text}{emotion}{take}" for take, text, s in islice(names, wanted))


def emo_db_first() -> Release:
    names = list(emo_db_names())
    unread = ("lablaut/{}xx.lablaut", "labsilb/{}xx.labsilb", "silb/{}.silb")
    listed = "Satz\terkannt\tnatuerlich\n" + "".join(
        f"{name}.wav\t90,00\t80,00\n" for name in [*names, *("16b10Zz",) * 281]
    )
    return Release(
        empty(f"wav/{name}.wav" for name in names)
        | empty(form.format(name) for form in unread for name in names)
        | {"erkennung.txt": listed.encode("latin-1"), "erklaerung.txt": b"Satz"}
    )


def emo_db_second() -> Release:
    names = list(emo_db_names())
    names += [f"{name[:-1]}{letter}" for letter in "xyz" for name in names[:100]][:281]
    rows = "".join(f"wav/{name}.wav,anger,0.85,0.9\n" for name in names)
    header = "file,emotion,emotion.confidence,emotion.naturalness\n"
    return Release(
        empty(f"emodb/{folder}/{name}.wav" for folder in ("wav", "laryngo") for name in names)
        | {"emodb/db.emotion.csv": (header + rows).encode(), "emodb/db.yaml": b"name: emodb"}
    )


def esd(nested: bool) -> Release:
    starts = {"Neutral": 1, "Angry": 351, "Happy": 701, "Sad": 1051, "Surprise": 1401}
    files = []
    for speaker, (word, start), number in product(range(1, 21), starts.items(), range(350)):
        part = ("train", "evaluation", "test")[number % 3] + "/" if nested else ""
        stem = f"{speaker:04}_{start + number:06}"
        files.append(f"Emotion Speech Dataset/{speaker:04}/{word}/{part}{stem}.wav")
    texts = {
        f"Emotion Speech Dataset/{n:04}/{n:04}.txt": f"{n:04}_000001\tWords\tNeutral\n".encode()
        for n in range(1, 21)
    }
    return Release(empty(iter(files)) | texts | {"Emotion Speech Dataset/ReadMe.txt": b"ESD"})


def fau_aibo() -> Release:
    parts = (
        ("Ohm", 26, 32, {"A": 881, "E": 2093, "N": 5590, "P": 674, "R": 721}),
        ("Mont", 25, 25, {"A": 611, "E": 1508, "N": 5377, "P": 215, "R": 546}),
    )
    rows = []
    for school, children, last, counts in parts:
        numbers = cycle(range(last - children + 1, last + 1))
        for place, label in enumerate(spread(counts)):
            child, turn, chunk = next(numbers), place // children // 100, place // children % 100
            rows.append(f"{school}_{child:02}_{turn:03}_{chunk:02} {label} 0.6")
    top = "IS2009EmotionChallenge"
    return Release(
        empty(f"{top}/wav/{row.split()[0]}.wav" for row in rows)
        | {f"{top}/labels/{top}/chunk_labels_5cl_corpus.txt": "\n".join(rows).encode()}
    )


def iemocap() -> Release:
    counts = {"ang": 1103, "dis": 2, "exc": 1041, "fea": 40, "fru": 1849, "hap": 595}
    counts |= {"neu": 1708, "oth": 3, "sad": 1084, "sur": 107, "xxx": 2507}
    clips: Contents = {}
    lines: dict[str, list[str]] = {}
    scenes = ("impro01", "impro05a", "script01_1b")
    places = cycle(product(range(1, 6), "FM", scenes, "FM"))
    for number, emotion in enumerate(spread(counts)):
        session, actor, scene, letter = next(places)
        dialog = f"Ses0{session}{actor}_{scene}"
        turn = f"{dialog}_{letter}{number // 60:03}"
        top = f"IEMOCAP_full_release/Session{session}"
        clips[f"{top}/sentences/wav/{dialog}/{turn}.wav"] = b""
        clips[f"{top}/dialog/wav/{dialog}.wav"] = b""
        clips[f"{top}/sentences/wav/{dialog}/._{turn}.wav"] = b""
        line = f"[6.2901 - 8.2357]\t{turn}\t{emotion}\t[2.5000, 2.5000, 2.5000]\n"
        line += "C-E2:\tNeutral;\t()\nC-E4:\tNeutral; Other;\t(calm)\nC-F1:\tAnger;\t()\n"
        line += "A-E2:\tval 3; act 2; dom  2;\t()\nA-E4:\tval 2; act 3; dom   ;\t()\n\n"
        lines.setdefault(f"{top}/dialog/EmoEvaluation/{dialog}.txt", []).append(line)
    tables = {path: "".join(rows).encode() for path, rows in lines.items()}
    return Release(clips | tables, {"no_majority": 2507, "other": 3})


def meld() -> Release:
    words = ("neutral", "joy", "surprise", "anger", "sadness", "disgust", "fear")
    parts = {
        "train": ("train_splits", (4710, 1743, 1205, 1109, 683, 271, 268), (125, 3)),
        "dev": ("dev_splits_complete", (470, 163, 150, 153, 111, 22, 40), (110, 7)),
        "test": ("output_repeated_splits_test", (1256, 402, 281, 345, 208, 68, 50), None),
    }
    rowless = {
        "dev": [(49, 4), (49, 5), (66, 9), (66, 10)],
        "test": [(108, 2)],
    }
    release: Contents = {}
    speakers = cycle(f"Character {number}" for number in range(304))
    for part, (folder, numbers, unusable) in parts.items():
        top = f"MELD.Raw/{part}"
        taken = {*rowless.get(part, []), unusable}
        ids = (place for place in product(range(2000), range(12)) if place not in taken)
        labels = list(spread(dict(zip(words, numbers, strict=True))))
        if unusable:
            labels.remove("neutral")
        rows = [(next(ids), label) for label in labels]
        if unusable:
            rows.append((unusable, "neutral"))
        table = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\r\n"
        for (dialogue, turn), label in rows:
            table += f"1,Hi,{next(speakers)},{label},neutral,{dialogue},{turn}\r\n"
        release[f"{top}/{part}_sent_emo.csv"] = table.encode()
        clips = [place for place, _ in rows if (part, place) != ("dev", (110, 7))]
        for dialogue, turn in [*clips, *rowless.get(part, [])]:
            release[f"{top}/{folder}/dia{dialogue}_utt{turn}.mp4"] = b""
    test = "MELD.Raw/test/output_repeated_splits_test"
    release |= empty(f"{test}/final_videos_testdia{n}_utt0.mp4" for n in range(132))
    release |= empty(f"{test}/._dia{n}_utt0.mp4" for n in range(132))
    return Release(release, {"broken": 1, "not_in_tables": 5})


def nemo() -> Release:
    counts = {"anger": 749, "fear": 736, "happiness": 749, "neutral": 809, "sadness": 769}
    rows = ["file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage"]
    speakers = cycle(("EB0", "GK0", "KS0", "MK0", "MP0", "PK0", "TM0", "UJ0", "WR0"))
    names = []
    for number, emotion in enumerate(spread(counts | {"surprised": 669})):
        speaker = next(speakers)
        names.append(f"{speaker}_{emotion}_{number}.wav")
        rows.append(f"{names[-1]}\t{emotion}\tTak.\ttak\t        {speaker}\tfemale\t27")
    return Release(
        empty(f"nEMO-main/samples/{name}" for name in names)
        | {"nEMO-main/data.tsv": "\n".join(rows).encode(), "nEMO-main/README.md": b"# nEMO"}
    )


def shemo() -> Release:
    counts = {"A": 1059, "F": 38, "H": 201, "N": 1028, "S": 449, "W": 225}
    speakers = [f"F{n:02}" for n in range(1, 32)] + [f"M{n:02}" for n in range(1, 57)]
    stems = [
        f"{speaker}{emotion}{take:02}"
        for emotion, wanted in counts.items()
        for take, speaker in islice(product(range(1, 100), speakers), wanted)
    ]
    folders = {"F": "female", "M": "male"}
    words = {f"final text/{stem}.ort": b"\xd8\xb3\r\n" for stem in stems[162:]}
    orphans = {f"final text/{stem[:3]}X{stem[4:]}.ort": b"\xd8\xb3\r\n" for stem in stems[:162]}
    return Release(
        empty(f"{folders[stem[0]]}/{stem}.wav" for stem in stems)
        | empty(f"final script/{stem}.tra" for stem in stems)
        | words
        | orphans
    )


def smartkom() -> Release:
    states = b'LHD: Partitur 1.3\nUSH: 0 16000 "Neutral"\nUSH: 16000 8000 "Restklasse"\n'
    contents: Contents = {}
    for number, speaker in ((1, "AAA"), (2, "AAB"), (3, "AAC")):
        session = f"SK-Public/w{number:03}_pk/w{number:03}_pk"
        contents |= empty(f"{session}{channel}.wav" for channel in "dhlm")
        contents[f"{session}_SMA.par"] = b"TRN: 0 16000 0 x\n"
        labelled = number != 3
        contents[f"{session}_{speaker}.par"] = states if labelled else b"TRN: 0 16000 0 x\n"
    # two labelled sessions of two states and four channels; none of the third says a state
    return Release(contents, {"copy": 6, "no_table_row": 4, "unidentifiable": 8})


def dailytalk() -> Release:
    counts = {"no emotion": 18840, "happiness": 3961, "surprise": 416, "sadness": 281}
    counts |= {"anger": 169, "disgust": 73, "fear": 19}
    dialogues: dict[str, dict[str, dict[str, str]]] = {}
    clips, lists = [], {"train": "", "val": ""}
    for number, emotion in enumerate(spread(counts)):
        dialogue, turn = str(number % 2541), str(number // 2541)
        dialogues.setdefault(dialogue, {})[turn] = {"emotion": emotion, "act": "inform"}
        stem = f"{turn}_{number // 2541 % 2}_d{dialogue}"
        clips.append(f"dailytalk/data/{dialogue}/{stem}")
        lists["val" if number % 20 == 0 else "train"] += f"{stem}|0|{{HH AY}}|hi|none\n"
    tables = {"dailytalk/metadata.json": json.dumps(dialogues).encode()}
    for part, text in lists.items():
        tables[f"preprocessed_data/DailyTalk/{part}_frame.txt"] = text.encode()
    texts = {f"{clip}.txt": b"Hi, how are you?\n" for clip in clips[::50]}
    return Release(empty(f"{clip}.wav" for clip in clips) | tables | texts)


def ears_emotional() -> Release:
    emotions = (
        "adoration", "amazement", "amusement", "anger", "confusion", "contentment", "cuteness",
        "desire", "disappointment", "disgust", "distress", "embarassment", "extasy", "fear",
        "guilt", "interest", "neutral", "pain", "pride", "realization", "relief", "sadness",
        "serenity",
    )  # fmt: skip
    tasks = [f"emo_{emotion}_{task}" for emotion in emotions for task in ("sentences", "freeform")]
    speakers = [f"p{number:03}" for number in range(1, 108)]
    people = {s: {"age": "36-45", "gender": "female", "native language": "en"} for s in speakers}
    words = {task: "Nothing but joy." for task in tasks if task.endswith("sentences")}
    return Release(
        empty(
            (f"{speaker}/{task}.wav" for speaker, task in product(speakers, tasks)),
            (f"{speaker}/rainbow_01_regular.wav" for speaker in speakers),
            (f"{speaker}/freeform_speech_01.wav" for speaker in speakers),
        )
        | {
            "speaker_statistics.json": json.dumps(people).encode(),
            "transcripts.json": json.dumps(words).encode(),
        }
    )


def portuguese() -> Release:
    counts = {"angry": 63, "disgust": 35, "fear": 41, "happy": 46, "neutral": 60, "sad": 59}
    stems = [
        f"{number}{'sp'[number % 2]}{'AB'[number // 2 % 2]}_{word}{number % 16}"
        for number, word in enumerate(spread(counts | {"surprise": 64}))
    ]
    head = "Appendix B\n\nRatings\n\n\n\tStimulus \tContent\tIntensity (1-7)\tPitch\n"
    rows = "".join(f"{n}\t{stem}\toRadio\t5.3\t210\n" for n, stem in enumerate(stems))
    files = empty(f"{stem}.wav" for stem in stems)
    return Release(files | {" Castro_2010_AppxB_Sents.txt": f"{head}{rows}".encode()})
