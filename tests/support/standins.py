"""Stand-ins as tests look at them: planned, and read as a build reads them."""

import numpy as np

from demo.entry import load_standin
from demo.plan import plan_standin
from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.shipped import builtin_file


def plan(corpus, clips=None):
    return plan_standin(load_standin(corpus), load_spec(builtin_file(corpus)), clips)


def index(root, corpus):
    """Utterances of a stand-in, as a build reads and splits them."""
    found = index_corpus(load_spec(builtin_file(corpus)), str(root), emotion_scheme()).utterances
    return {(utterance.source_path, utterance.start): utterance for utterance in found}


def beep(text, voice, manner, seed, rate):
    """Stands in for a voice: a short tone, another one for every clip."""
    return 0.3 * np.sin(2 * np.pi * (200 + seed % 800) * np.arange(rate // 4) / rate)
