from dataclasses import replace

from matplotlib.figure import Figure

from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.compare import compare
from training.evaluation.figures.evaluation import comparison_forest, evaluation_figures
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE


def names(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_figures_are_there_where_what_they_show_is() -> None:
    evaluation = make_evaluation()
    figures = evaluation_figures(evaluation)
    assert list(figures) == ["confusion", "forest", "groups", "reliability"]
    assert names(figures["forest"]) == ["alpha", "beta", "all"]
    bare = replace(evaluation, groups={}, calibration=None)
    assert list(evaluation_figures(bare)) == ["confusion", "forest"]


def test_groups_are_set_against_the_rest() -> None:
    utterances = make_utterances(speakers=12)
    utterances["gender"] = ["female" if s in {"s0", "s1"} else "male" for s in utterances.speaker]
    evaluation = make_evaluation([0.5], utterances)
    figure = evaluation_figures(evaluation)["groups"]
    assert names(figure) == ["corpus", "alpha", "beta", "gender", "female", "male"]
    right = figure.axes[1]
    assert right.get_xlabel() == "minus the rest, points"
    numbers = [label.get_text() for label in right.child_axes[0].get_yticklabels()]
    female = evaluation.groups["gender"]["female"].difference
    assert female is not None
    assert numbers[2].startswith(f"{100 * female.uar:+.1f}".replace("-", "−"))


def test_groups_without_a_class_in_common_have_no_differences() -> None:
    utterances = make_utterances()
    half = {"alpha": utterances["label"] < 3, "beta": utterances["label"] >= 3}
    apart = utterances[[half[corpus][row] for row, corpus in utterances["corpus"].items()]]
    evaluation = make_evaluation([0.5], apart.reset_index(drop=True))
    assert [group.difference for group in evaluation.groups["corpus"].values()] == [None, None]
    (axes,) = evaluation_figures(evaluation)["groups"].axes
    assert axes.get_xlabel() == "UAR, %"


def test_a_comparison_shows_every_file_and_the_differences_to_the_first() -> None:
    good, bad = (make_evaluation([skill], make_utterances(speakers=24)) for skill in (0.9, 0.2))
    pair = compare(good, bad, ("good", "bad"))
    left, right = comparison_forest({"good": good, "bad": bad}, [pair]).axes
    assert [label.get_text() for label in left.get_yticklabels()] == [
        *("alpha", "good", "bad", "beta", "good", "bad", "all corpora", "good", "bad"),
    ]
    assert right.get_xlabel() == "good minus it, points"
    numbers = [label.get_text() for label in right.child_axes[0].get_yticklabels()]
    assert len(numbers) == 3
    assert numbers[-1].startswith(f"{100 * pair.overall.uar:+.1f}")


def test_corpora_that_training_did_not_hear_are_marked() -> None:
    told = replace(make_evaluation(), not_trained_on=["beta"])
    figure = evaluation_figures(told)["forest"]
    assert names(figure) == ["alpha", "beta†", "all"]
    assert figure.legends[0].get_texts()[-1].get_text() == NOT_TRAINED_ON_NOTE
