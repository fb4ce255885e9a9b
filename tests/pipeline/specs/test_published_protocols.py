"""The published folds that come with exhubert fit the corpora as they are read."""

from collections.abc import Iterable

import pytest

from pipeline.checks.protocol_check import check_protocol
from pipeline.sources.listing import SourceFile, is_ignored_name
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.published_protocols import (
    published_corpora,
    published_names,
    published_protocols,
)
from pipeline.specs.shipped import builtin_file, builtin_ids
from pipeline.splits.protocols.clip_names import expand_names
from pipeline.splits.protocols.names import parse_name
from pipeline.splits.protocols.statement import ProtocolStatement
from tests.support.corpus_in_memory import index_files
from tests.support.releases import RELEASES

EMOBOX = {name: published_protocols(name)["emobox"] for name in published_corpora("emobox")}

BY_VALUES = sorted(
    corpus for corpus, spec in EMOBOX.items() if any(fold.test for fold in spec.folds.values())
)
"""Corpora whose folds are named by speakers or parts: a release of theirs tells all."""

MADE_UP = {"m3ed", "msp_podcast"}
"""Those whose releases here have parts of other sizes."""

BY_NAME = {
    "aesdd": "{folder}/{name}.wav",
    "ased": "01Neutral/{name}.wav",
    "asvp_esd": "{name}.wav",
    "crema_d": "AudioWAV/{name}.wav",
    "emo_db": "wav/{name}.wav",
    "mesd": "{name}.wav",
    "shemo": "{name}.wav",
    "tess": "{name}.wav",
    "turev": "Sound Source/Sad/{name}.wav",
    "urdu": "Sad/{name}.wav",
}
"""Corpus → where a clip of a published name lies, of corpora whose names say everything."""


def state_folds(corpus: str, contents: dict[str, bytes]) -> ProtocolStatement:
    spec = load_spec(builtin_file(corpus))
    files = [
        SourceFile(path, size=1000, version="")
        for path in sorted(contents)
        if not is_ignored_name(path)
    ]
    indexed = index_files(spec, files, contents.__getitem__, emotion_scheme())
    return check_protocol(parse_name("emobox"), spec, indexed)


def test_emobox_has_its_32_corpora() -> None:
    assert published_names() == ("emobox",)
    assert len(EMOBOX) == 32


@pytest.mark.parametrize("corpus", [c for c in BY_VALUES if c in RELEASES])
def test_folds_of_speakers_have_the_published_sizes(corpus: str) -> None:
    statement = state_folds(corpus, dict(RELEASES[corpus]().contents))
    folds = statement.corpora[corpus].folds
    assert len(folds) == len(EMOBOX[corpus].folds)
    if corpus == "iemocap":  # who feels what is not public: the whole has its size
        assert [fold.train + fold.test for fold in folds] == [5531] * 5
        return
    if corpus in MADE_UP:
        assert min(folds[0].validation, folds[0].test) > 0
        return
    for fold in folds:
        found = {"train": fold.train, "validation": fold.validation, "test": fold.test}
        assert found | fold.published == found


@pytest.mark.parametrize("corpus", [c for c in BY_NAME if c in builtin_ids()])
def test_folds_of_clips_have_the_published_test_parts(corpus: str) -> None:
    for name, fold in EMOBOX[corpus].folds.items():
        clips = expand_names(fold.clips)
        contents = dict.fromkeys(paths(corpus, clips), b"")
        stated = {one.name: one for one in state_folds(corpus, contents).corpora[corpus].folds}
        assert (stated[name].test, stated[name].missing) == (fold.published["test"], 0)


def paths(corpus: str, clips: Iterable[str]) -> list[str]:
    folders = {"a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "s": "sadness"}
    return [BY_NAME[corpus].format(name=clip, folder=folders.get(clip[0], "")) for clip in clips]


@pytest.mark.parametrize("corpus", [c for c in EMOBOX if c in builtin_ids()])
def test_classes_are_those_that_a_corpus_has(corpus: str) -> None:
    spec = load_spec(builtin_file(corpus))
    known = {*spec.emotions, *spec.exclude, *emotion_scheme().emotions}
    assert EMOBOX[corpus].classes.keys() <= known
    scored = {
        code
        for code, emotion in spec.emotions.items()
        if code in EMOBOX[corpus].classes or emotion in EMOBOX[corpus].classes
    }
    left_out = spec.emotions.keys() - scored
    assert not left_out or corpus == "iemocap", left_out


def test_a_list_that_cannot_be_made_says_why() -> None:
    spec = EMOBOX["mead"]
    assert spec.unsupported is not None
    assert not spec.folds
