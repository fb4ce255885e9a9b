"""What a table of a benchmark says of clips and speakers that its models know from training.

Folds say what a protocol lets into training; a model whose base was trained on the same corpora
knows more. Score files hold what was found, by the provenance of each model.
"""

from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.benchmark.run import PooledResult, Results
from training.evaluation.cross_corpus_modes import TRAIN_ON_ONE
from training.evaluation.train_test_overlap import tells_overlap

INDEPENDENT = "no speaker stands in training and in test"


def overlap_notes(plan: BenchmarkPlan, results: Results) -> list[str]:
    """A note that no model knows a speaker of its test parts, or what each may know.

    Of the corpora that leak by the protocol itself, only audio is said: the plan names them.
    """
    told: dict[tuple[str, str], list[str]] = {}
    for protocol, corpora in results.items():
        for corpus, models in corpora.items():
            leaks = protocol == plan.protocol and corpus in plan.leaks
            where = f"trained on {corpus}" if protocol == TRAIN_ON_ONE else corpus
            place = f"{where} under {protocol}" if protocol == plan.twin else where
            for model, result in models.items():
                for text in _heard(result, leaks):
                    told.setdefault((place, text), []).append(model)
    notes = [f"{place}, {', '.join(models)}: {text}" for (place, text), models in told.items()]
    return notes if notes or plan.leaks else [INDEPENDENT]


def _heard(result: PooledResult, leaks: bool) -> list[str]:
    """What one model on one corpus knows from training, or may know; nothing where none is."""
    speakers = result.evaluation.speakers
    told = [] if leaks or speakers.independent else [str(speakers)]
    audio = [
        f"fold {fold}: {note}"
        for fold, notes in result.notes.items()
        for note in notes
        if tells_overlap(note)
    ]
    more = f", and so on in {len(audio)} folds" if len(audio) > 1 else ""
    return [*told, *(f"{one}{more}" for one in audio[:1])]
