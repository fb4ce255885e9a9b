"""Builds of one corpus, in this process."""

from pathlib import Path

from pipeline.audio.options import AudioOptions
from pipeline.monitoring import BuildProgress
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme


def build(spec: CorpusSpec, root: Path, output: Path) -> BuildProgress:
    """Builds a dataset of one corpus; gives what was told last."""
    seen = [BuildProgress()]
    corpora = {spec.id: Corpus(spec, str(root))}
    what = BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions())
    build_dataset(what, on_progress=seen.append)
    return seen[-1]
