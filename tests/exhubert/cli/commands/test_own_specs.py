"""``exhubert corpora new``, ``validate``, ``schema``: from a folder to a spec that is checked."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import SPEC, MakeCorpus


def test_a_draft_is_written_once(
    make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "drafts" / "mine.yaml"
    command = ["corpora", "new", "mine", "--from", str(make_corpus()), "--output", str(draft)]
    assert main(command) == 0
    assert f"exhubert corpora validate {draft}" in capsys.readouterr().out
    assert "id: mine" in draft.read_text()
    assert main(command) == 2
    assert "a draft never replaces a spec" in capsys.readouterr().err


def test_examples_are_counted_one_or_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "tones.yaml"
    example = "{path: wav/s1_ang_0.wav, emotion: anger}"
    for examples, told in (
        (example, "1 example gives what it states"),
        (f"{example}, {example}", "2 examples give what they state"),
    ):
        spec.write_text(SPEC.format(corpus="tones", utterances=24) + f"examples: [{examples}]\n")
        assert main(["corpora", "validate", str(spec)]) == 0
        assert f"{spec}: fine, {told}" in capsys.readouterr().out


def test_what_a_draft_leaves_open_is_named(
    make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "mine.yaml"
    main(["corpora", "new", "mine", "--from", str(make_corpus()), "--output", str(draft)])
    assert main(["corpora", "validate", str(draft)]) == 0
    assert f"{draft}: to be filled in, still ?: name, citation" in capsys.readouterr().out


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpora", "schema"]) == 0
    assert "properties" in json.loads(capsys.readouterr().out)
