from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForAudioClassification, pipeline

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from pipeline.schema.record import CLASSES
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.data.targets import UNLABELLED, HeadLabels, choose_heads, count_labelled
from training.metrics.head_scores import describe_heads, score_heads
from training.model.build import build_model, save_model
from training.model.outputs import Predictions, heads_of

ALL = HeadLabels(("anger", "joy", "neutral"), ("arousal", "dominance"))
NAN = float("nan")


def make_model(heads: HeadLabels = ALL, **changes: Any) -> ExHubertForSequenceClassification:
    return build_model(None, heads=heads, config=SMALL_HUBERT | changes)


def make_index(rows: list[tuple[float | None, str | None, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["label", "emotion", "arousal", "dominance"])
    return frame.assign(valence=NAN, corpus="alpha", speaker=None)


def test_every_head_reads_the_same_mean_of_frames() -> None:
    model = make_model()
    clips, mask = make_batch([2000, 1000])
    with torch.no_grad():
        together = model(clips, attention_mask=mask)
        alone = model(clips[1:, :1000])
    assert together.logits.shape == (2, 6)
    assert together.emotion_logits.shape == (2, 3)
    assert together.ratings.shape == (2, 2)
    assert ((together.ratings > 0) & (together.ratings < 1)).all()
    torch.testing.assert_close(together.ratings[1], alone.ratings[0])
    torch.testing.assert_close(together.emotion_logits[1], alone.emotion_logits[0])


def test_loss_comes_first_and_adds_up_the_heads() -> None:
    model = make_model()
    clips, mask = make_batch([2000, 1000])
    labels = {
        "labels": torch.tensor([1, UNLABELLED]),
        "emotion_labels": torch.tensor([UNLABELLED, 2]),
        "rating_labels": torch.tensor([[0.2, NAN], [0.9, 0.1]]),
    }
    with torch.no_grad():
        alone = [
            model(clips, attention_mask=mask, **{name: value}).loss
            for name, value in labels.items()
        ]
        whole = model(clips, attention_mask=mask, **labels)
        first, logits, *_ = model(clips, attention_mask=mask, **labels, return_dict=False)
    torch.testing.assert_close(whole.loss, sum(alone))
    assert torch.equal(first, whole.loss)
    assert torch.equal(logits, whole.logits)
    assert next(iter(whole)) == "loss"


@pytest.mark.parametrize(
    "heads",
    [HeadLabels(), ALL, HeadLabels(emotions=("anger",)), HeadLabels(dimensions=("valence",))],
    ids=["none", "both", "emotions", "dimensions"],
)
def test_heads_survive_saving_exactly(heads: HeadLabels, tmp_path: Path) -> None:
    model = make_model(heads)
    save_model(model, tmp_path)
    loaded = AutoModelForAudioClassification.from_pretrained(tmp_path)
    assert heads_of(loaded.config) == heads
    weights = loaded.state_dict()
    assert weights.keys() == model.state_dict().keys()
    assert all(torch.equal(weights[name], value) for name, value in model.state_dict().items())


def test_model_without_further_heads_has_the_published_weight_names_only() -> None:
    names = {name.partition(".")[0] for name in make_model(HeadLabels()).state_dict()}
    assert names == {"hubert", "projector", "classifier"}


def test_pipeline_gives_the_six_classes_of_a_model_with_more_heads(tmp_path: Path) -> None:
    model = make_model()
    save_model(model, tmp_path)
    clip = np.random.default_rng(0).standard_normal(3000).astype(np.float32)
    scores = pipeline("audio-classification", model=str(tmp_path), top_k=None)(clip)
    assert {score["label"] for score in scores} == set(CLASSES)
    with torch.no_grad():
        normalised = torch.tensor((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7))[None]
        expected = model(normalised).logits.softmax(-1)[0]
    for score in scores:
        assert score["score"] == pytest.approx(expected[CLASSES.index(score["label"])].item(), 1e-4)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, {"projector", "classifier", "emotion_classifier", "rater"}),
        ({"heads": HeadLabels(ALL.emotions)}, {"projector", "classifier", "emotion_classifier"}),
        ({"heads": HeadLabels(("anger",), ALL.dimensions)}, {"projector", "classifier", "rater"}),
        ({"classes": ["calm", "tense"]}, {"projector", "emotion_classifier", "rater"}),
        ({"classes": ["calm", "tense"], "heads": HeadLabels()}, set()),
    ],
)
def test_training_on_keeps_the_heads_whose_labels_are_the_same(
    changes: dict[str, Any], kept: set[str], tmp_path: Path
) -> None:
    first = make_model()
    save_model(first, tmp_path)
    arguments: dict[str, Any] = {"heads": ALL} | changes
    second = build_model(tmp_path, seed=1, **arguments)
    before, after = first.state_dict(), second.state_dict()
    heads = {name.partition(".")[0] for name in after} - {"hubert"}
    same = {
        head
        for head in heads
        if all(
            name in before
            and before[name].shape == after[name].shape
            and torch.equal(before[name], after[name])
            for name in after
            if name.startswith(f"{head}.weight")
        )
    }
    assert same == kept & heads
    assert torch.equal(
        after["hubert.feature_projection.projection.weight"],
        before["hubert.feature_projection.projection.weight"],
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"emotions": []}, "emotions is"),
        ({"emotions": ["joy", "joy"]}, "expected None or different names"),
        ({"dimensions": ["tension"]}, r"names \['tension'\], expected \['arousal'"),
    ],
)
def test_wrong_heads_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExHubertConfig(**SMALL_HUBERT, **given)


def test_heads_are_those_that_the_rows_can_teach() -> None:
    index = make_index(
        [(0, "neutral", 0.1, NAN), (1, "anger", 0.2, 0.5), (None, "made_up", NAN, NAN)]
    )
    heads = choose_heads(index, emotion=True, ratings=True)
    assert heads == HeadLabels(("anger", "neutral", "made_up"), ("arousal",))
    assert choose_heads(index, emotion=False, ratings=False) == HeadLabels()


def test_targets_mark_what_is_missing() -> None:
    index = make_index([(0, "joy", 0.1, NAN), (None, "sadness", NAN, 0.5), (4, None, 1, 1)])
    targets = ALL.targets(index)
    assert targets["labels"].tolist() == [0, UNLABELLED, 4]
    assert targets["emotion_labels"].tolist() == [1, UNLABELLED, UNLABELLED]
    np.testing.assert_allclose(targets["rating_labels"], [[0.1, NAN], [NAN, 0.5], [1, 1]])
    counts = count_labelled({name: torch.tensor(t) for name, t in targets.items()})
    assert counts["labels"] == 2
    assert counts["emotion_labels"] == 1
    assert counts["rating_labels"].tolist() == [2, 2]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**16))
def test_scores_count_only_rows_that_carry_the_label(seed: int) -> None:
    rng = np.random.default_rng(seed)
    index = make_index(
        [
            (0, str(rng.choice(["joy", "anger", "unheard_of"])), rng.choice([NAN, 0.3, 0.8]), 0.5)
            for _ in range(20)
        ]
    )
    perfect = ALL.targets(index)
    known = np.maximum(perfect["emotion_labels"], 0)
    found = score_heads(
        index,
        Predictions(
            classes=np.zeros((20, 6), np.float32),
            emotions=np.eye(3, dtype=np.float32)[known],
            ratings=np.nan_to_num(perfect["rating_labels"], nan=123.0),
        ),
        ALL,
    )
    rated = int(index["arousal"].notna().sum())
    if (perfect["emotion_labels"] != UNLABELLED).any():
        assert found.emotion is not None
        assert found.emotion.uar == 1
        assert found.emotion.utterances == (perfect["emotion_labels"] != UNLABELLED).sum()
    if rated > 1:
        assert found.ratings["arousal"].utterances == rated
        assert found.ratings["arousal"].ccc == pytest.approx(1)
        assert "arousal CCC 1.00" in describe_heads(found)
