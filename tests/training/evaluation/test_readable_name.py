from training.evaluation.readable_name import readable


def test_control_characters_of_a_name_are_not_printed() -> None:
    assert "\x1b" not in readable("very_\x1b[31mred")


def test_names_of_classes_are_words() -> None:
    assert readable("high_neutral") == "high neutral"
