from dataclasses import replace

from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.compare import compare
from training.evaluation.figures.evaluation import comparison_forest, evaluation_figures
from training.metrics.foreign import FOREIGN_NOTE


def test_an_evaluation_has_three_figures_and_without_probabilities_two() -> None:
    evaluation = make_evaluation()
    assert list(evaluation_figures(evaluation)) == ["confusion", "forest", "reliability"]


def test_groups_stand_below_corpora() -> None:
    utterances = make_utterances(speakers=12)
    utterances["gender"] = ["female" if s in {"s0", "s1"} else "male" for s in utterances.speaker]
    (axes,) = evaluation_figures(make_evaluation([0.5], utterances))["forest"].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *("corpus", "alpha", "beta", "gender", "female", "male", "all"),
    ]


def test_a_comparison_shows_every_file_and_the_differences_to_the_first() -> None:
    good, bad = (make_evaluation([skill], make_utterances(speakers=24)) for skill in (0.9, 0.2))
    pair = compare(good, bad, ("good", "bad"))
    left, right = comparison_forest({"good": good, "bad": bad}, [pair]).axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == [
        *("alpha", "good", "bad", "beta", "good", "bad", "all corpora", "good", "bad"),
    ]
    assert right.get_xlabel() == "good minus it, points"
    numbers = [label.get_text() for label in right.child_axes[0].get_yticklabels()]
    assert len(numbers) == 3
    assert numbers[-1].startswith(f"{100 * pair.overall.uar:+.1f}")


def test_corpora_that_training_did_not_hear_are_marked() -> None:
    told = replace(make_evaluation(), foreign_corpora=["beta"])
    figure = evaluation_figures(told)["forest"]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["corpus", "alpha", "beta†", "all"]
    assert figure.legends[0].get_texts()[-1].get_text() == FOREIGN_NOTE
