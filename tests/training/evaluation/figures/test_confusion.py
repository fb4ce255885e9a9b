from training.evaluation.figures.confusion import confusion_figure


def test_rows_are_in_per_cent_and_classes_that_do_not_occur_have_none() -> None:
    confusion = [[3, 1, 0, 0], [0, 2, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0]]
    figure = confusion_figure(confusion, ["low_negative", "b", "never", "only_answered"])
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["low negative", "b"]
    columns = [label.get_text() for label in axes.get_xticklabels()]
    assert columns == ["low negative", "b", "only answered"]
    cells = [text.get_text() for text in axes.texts]
    assert cells[:6] == ["75", "25", "", "", "50", "50"]
