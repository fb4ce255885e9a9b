import io
from dataclasses import replace

import pytest
from rich.console import Console

from exhubert.cli.output.cost_table import print_estimate
from pipeline.schema.record import CLASSES
from training.finetuning.cost_estimate import CorpusShare, CostEstimate, Memory

ESTIMATE = CostEstimate(
    recipe="tiny",
    base=None,
    output="models/[bold]",
    output_state="new",
    heads={"six classes": list(CLASSES), "emotion": []},
    missing_heads=["ratings"],
    parameters={"total": 264_198, "trainable": 120_000},
    precision="fp32",
    memory=Memory(1_056_792, 480_000, 960_000, 2_570_000_000),
    processes=2,
    batch_size=8,
    utterances_per_step=16,
    steps_per_epoch=10,
    steps=30,
    flops_per_step=4_000_000_000_000,
    seconds=5025.0,
    validation=12,
    corpora=[CorpusShare("tones", 1_234, 1.0, 160, 1.0, dict.fromkeys([*CLASSES, "none"], 1 / 7))],
)


def printed(estimate: CostEstimate) -> str:
    out = io.StringIO()
    print_estimate(estimate, Console(file=out, width=200, markup=False))
    return out.getvalue()


def test_cost_is_printed_with_units() -> None:
    text = printed(ESTIMATE)
    assert "tiny, from random weights" in text
    assert "none for ratings, which no utterance has" in text
    assert "264,198, of which 120,000 are trained" in text
    assert "2.57 GB: weights 1.06 MB, gradients 480 kB" in text
    assert "on 2 processes" in text
    assert "4 TFLOP a step, 120 TFLOP in all" in text
    assert "1:23:45 at the pace of this machine" in text
    assert "grows with utterances × epochs" in text
    untried = replace(ESTIMATE, seconds=None, untried="the model is large for a CPU")
    assert "not tried, the model is large for a CPU" in printed(untried)
    assert "tones" in text
    assert "1,234" in text


@pytest.mark.parametrize(
    ("state", "told"),
    [("new", "a new run"), ("unfinished", "--resume"), ("complete", "choose another --output")],
)
def test_what_the_folder_holds_is_told(state: str, told: str) -> None:
    last = printed(replace(ESTIMATE, output_state=state)).splitlines()[-1]
    assert last.startswith("Nothing was trained. Output: models/[bold] (")
    assert told in last


def test_classes_are_those_of_the_label_set() -> None:
    shares = dict.fromkeys(["calm", "anger", "none"], 1 / 3)
    text = printed(replace(ESTIMATE, corpora=[replace(ESTIMATE.corpora[0], classes=shares)]))
    assert "0 calm, 1 anger" in text
    assert "low_arousal" not in text
