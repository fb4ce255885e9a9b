"""Misspelt commands and choices: what may have been meant is said."""

import pytest

from exhubert.cli.arguments.parser import with_suggestion
from exhubert.cli.main import main


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("bild", "'bild'; did you mean 'build'?"),
        ("corpora lst", "'lst'; did you mean 'list'?"),
        ("export dataset --to kaldy", "'kaldy'; did you mean 'kaldi'?"),
        ("corpora list --group-by langage", "'langage'; did you mean 'language'?"),
    ],
)
def test_what_was_meant(line: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "message",
    [
        "argument --jobs: expected one argument",
        "argument COMMAND: invalid choice: 'xyzzy' (choose from 'build', 'demo')",
    ],
)
def test_other_messages_stay(message: str) -> None:
    assert with_suggestion(message) == message


def test_choices_without_quotes_as_newer_pythons_list_them() -> None:
    told = with_suggestion("argument COMMAND: invalid choice: 'demmo' (choose from build, demo)")
    assert "'demmo'; did you mean 'demo'? (choose" in told
