"""Every shipped spec: examples, counts, known categories, layouts that were never published."""

import pytest

from pipeline.checks.spec_examples import check_examples
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids
from tests.support.shipped_corpora import (
    SAMPLED,
    official_splits,
    read_corpus,
    shipped,
    source_files,
    utterances,
)

ASSUMED = (
    "abc", "ad", "bes", "cve", "des", "ea_act", "ea_bmw", "ea_wsj", "gvess", "mes", "ppmmk",
    "simis", "turkish_emo",
)  # fmt: skip
"""Corpora whose layout was never published."""


WELL_KNOWN = (
    *SAMPLED, "aesdd", "ased", "asvp_esd", "cafe", "casia", "dailytalk", "demos", "emns", "emofilm",
    "emotiontalk", "emov_db", "emozionalmente", "enterface05", "erysac", "esd", "fau_aibo",
    "iemocap", "indowave", "jl_corpus", "jtes", "kannada", "kazemotts", "mead", "meld", "mesd",
    "mlendsnd", "oreau", "pavoque", "polish_ser", "portuguese", "ravdess_song", "savee", "shemo",
    "subesco", "susas", "thorsten_emotional",
)  # fmt: skip
"""Corpora whose names are known well enough for an example of every class."""


@pytest.mark.parametrize("corpus", builtin_ids())
def test_spec_speaks_of_known_categories(corpus):
    emotion_scheme().check(shipped(corpus))


@pytest.mark.parametrize("corpus", builtin_ids())
def test_spec_is_named_like_its_file(corpus):
    assert shipped(corpus).id == corpus


@pytest.mark.parametrize("corpus", builtin_ids())
def test_examples_give_what_they_state(corpus):
    assert check_examples(shipped(corpus), emotion_scheme()) == []


@pytest.mark.parametrize("corpus", builtin_ids())
def test_ids_do_not_depend_on_the_archives_top_folder(corpus):
    spec = shipped(corpus)
    paths = list(dict.fromkeys(example.path for example in spec.examples))
    bare = [utterance.id for utterance in utterances(spec, source_files(*paths))]
    nested = source_files(*(f"some archive/v1/{path}" for path in paths))
    assert [utterance.id for utterance in utterances(spec, nested)] == bare


@pytest.mark.parametrize("corpus", builtin_ids())
def test_expected_counts_add_up(corpus):
    spec, expected = shipped(corpus), shipped(corpus).expected
    assert expected.emotions.keys() <= set(spec.emotions.values())
    if expected.utterances:
        assert sum(expected.emotions.values()) <= expected.utterances


@pytest.mark.parametrize("corpus", WELL_KNOWN)
def test_every_emotion_of_a_well_known_corpus_has_an_example(corpus):
    spec = shipped(corpus)
    assert {e.emotion for e in spec.examples if e.emotion} == set(spec.emotions.values())


@pytest.mark.parametrize("corpus", ASSUMED)
@pytest.mark.parametrize("validation", ["devel", "val"])
def test_neutral_layout_gives_labels_and_the_split_of_each_table(corpus, validation):
    spec = shipped(corpus)
    (code, emotion), *_ = spec.emotions.items()
    contents = {
        f"wav/{number}.wav": b"" for number in range(4)
    } | {
        "train.csv": f"file,label,speaker,gender,text\nwav/0.wav,{code},7,F,Ja\n".encode(),
        f"{validation}.csv": f"file,label\n1.wav,{code}\n".encode(),
        "test.csv": f"file,label\nwav/2.wav,{code}\nwav/3.wav,what is this\n".encode(),
    }  # fmt: skip
    *known, unknown = read_corpus(spec, contents)
    assert official_splits(corpus, *known) == ["train", "validation", "test"]
    assert {clip.emotion for clip in known} == {emotion}
    assert (known[0].speaker, known[0].gender) == (f"{corpus}:7", "female")
    assert (known[1].speaker, known[1].gender) == (None, None)
    assert unknown.dropped.reason == "unknown_label"
    assert "what is this" in unknown.dropped.detail


def test_neutral_layout_may_cut_recordings_into_segments():
    table = b"file,label,start,end\nlong.wav,nervous,0,1.5\nlong.wav,tired,1.5,0:00:03.0\n"
    clips = read_corpus(shipped("abc"), {"wav/long.wav": b"", "train.csv": table})
    assert [(clip.emotion, clip.start, clip.end) for clip in clips] == [
        ("nervous", 0.0, 1.5),
        ("tired", 1.5, 3.0),
    ]


@pytest.mark.parametrize("corpus", ASSUMED)
def test_spec_with_an_assumed_layout_says_so(corpus):
    spec = shipped(corpus)
    assert spec.layout == "assumed"
    assert "assumption" in spec.quirks[0]
    assert "--spec" in spec.quirks[1]


def test_corpora_that_share_actors_draw_their_splits_alike() -> None:
    shared: dict[str, set[int]] = {}
    for spec in load_specs():
        if spec.namespace:
            shared.setdefault(spec.namespace, set()).add(spec.splits.seed)
    assert shared
    assert all(len(seeds) == 1 for seeds in shared.values())
