import pytest

from pipeline.specs.row_path import Step, parse_row_path


def test_steps_are_keys_each_and_any_depth() -> None:
    assert parse_row_path("{show}.*.**.Emo Annotation") == (
        Step("each", "show"),
        Step("each"),
        Step("any"),
        Step("name", "Emo Annotation"),
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "the step ''"),
        ("a..b", "the step ''"),
        ("{}", "expected a key, `{name}` for each key"),
        ("a.{b", "the step '{b'"),
        ("a*", "the step 'a\\*'"),
        ("a.**", "expected a key after"),
        ("**.{x}", "expected a key after"),
        ("{x}.{x}", "the column 'x' stands twice"),
        (".".join("a" * 17), "17 steps, expected 16 or fewer"),
    ],
)
def test_what_is_no_path_is_explained(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_row_path(path)
