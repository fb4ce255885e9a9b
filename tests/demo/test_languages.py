import numpy as np
import pytest

from demo.entry import standin_ids
from demo.voices import speak
from tests.support.standins import plan


def two_clips_of_each_language():
    found = {}
    for corpus in standin_ids():
        for clip in plan(corpus):
            found.setdefault(clip.voice.language, []).append(clip)
    return {language: [clips[0], clips[-1]] for language, clips in sorted(found.items())}


CLIPS = two_clips_of_each_language()


def test_languages_are_those_of_the_corpora():
    expected = "bn cmn da de en-029 en-gb-x-rp en-us es es-419 fa fr it my pl tr ur"
    assert list(CLIPS) == expected.split()


@pytest.mark.parametrize("language", CLIPS)
def test_voice_reads_sentences_of_its_language(language):
    for clip in CLIPS[language]:
        samples = speak(clip.sentence, clip.voice, clip.manner, clip.seed, 16_000)
        seconds = len(samples) / 16_000
        assert 0.3 < seconds < 1.5 + 0.3 * len(clip.sentence)  # a script it can't read is spelt out
        assert np.abs(samples).max() > 0.01
