"""Specs that a dataset keeps: what they say is read back, and used by the next command."""

from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.common.errors import DataError
from pipeline.dataset.kept_specs import keep_specs, read_kept_specs, spec_path
from pipeline.dataset.manifest import require_manifest
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme, emotion_scheme
from pipeline.specs.loader import builtin_ids, is_shipped, load_spec, load_specs, parse_spec
from pipeline.specs.yaml_reader import load_yaml
from tests.conftest import MakeCorpus, MakeSpec


def test_every_shipped_spec_is_read_back_as_it_was(tmp_path: Path) -> None:
    specs = {spec.id: spec for spec in load_specs()}
    keep_specs(str(tmp_path), specs, emotion_scheme())
    for corpus, spec in specs.items():
        kept = parse_spec(Path(spec_path(str(tmp_path), corpus)).read_bytes(), corpus)
        assert kept == spec
        assert kept.splits.describe() == spec.splits.describe()
    scheme = load_yaml(tmp_path / "specs" / "emotions.yaml", EmotionScheme)
    assert scheme == emotion_scheme()


def test_a_spec_is_a_users_own_if_it_says_anything_else() -> None:
    spec = load_specs(["tess"])[0]
    assert is_shipped(spec)
    assert not is_shipped(spec.model_copy(update={"citation": "Nobody, never"}))
    assert "tones" not in builtin_ids()


Run = tuple[str, ...]


@pytest.fixture
def roots(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> list[str]:
    """A dataset of a corpus of one's own and of a shipped one, by a spec that maps otherwise."""
    make_spec("tones")
    make_spec("tess", emotions="{ang: irritation, neu: neutral, hap: happiness}")
    roots = [f"{corpus}={make_corpus(corpus)}" for corpus in ("tones", "tess")]
    command = ["build", "--output", str(tmp_path / "dataset"), "--jobs", "1", "--root", *roots]
    specs = [str(tmp_path / f"{corpus}.yaml") for corpus in ("tones", "tess")]
    assert main([*command, "--spec", *specs]) == 0
    return roots


def emotions(dataset: Path) -> dict[str, int]:
    return require_manifest(str(dataset)).corpora["tess"].emotions


def test_forgetting_the_spec_restores_no_shipped_map(
    roots: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = tmp_path / "dataset"
    before = emotions(dataset)
    assert before == {"happiness": 8, "irritation": 8, "neutral": 8}
    assert main(["relabel", str(dataset)]) == 0
    assert emotions(dataset) == before
    assert "corpus tess: by your own spec of the last build" in capsys.readouterr().err
    assert main(["build", "--output", str(dataset), "--jobs", "1", "--root", *roots]) == 0
    assert emotions(dataset) == before
    assert "--shipped-specs that of this release" in capsys.readouterr().err


def test_the_command_line_is_followed_if_it_says_otherwise(
    roots: list[str], make_spec: MakeSpec, tmp_path: Path
) -> None:
    dataset = tmp_path / "dataset"
    make_spec("tess", emotions="{ang: anger, neu: neutral, hap: happiness}")
    assert main(["relabel", str(dataset), "--spec", str(tmp_path / "tess.yaml")]) == 0
    assert emotions(dataset)["anger"] == 8
    assert main(["relabel", str(dataset), "--shipped-specs"]) == 2  # there is none of tones


def test_published_counts_stand_in_manifest_card_and_console(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec("tones", utterances=535)
    command = ["build", "--output", str(tmp_path / "dataset"), "--jobs", "1"]
    command += ["--root", f"tones={make_corpus('tones')}", "--spec", str(tmp_path / "tones.yaml")]
    assert main([*command, "--dry-run"]) == 0
    assert "tones: found/published differ: utterances 24/535" in capsys.readouterr().out
    assert main(command) == 1
    printed = capsys.readouterr()
    assert "tones: 24 of 535 published utterances" in printed.out
    assert "error: corpus tones: found/published differ: utterances 24/535; for a p" in printed.err
    assert main([*command, "--allow-partial"]) == 0
    corpus = require_manifest(str(tmp_path / "dataset")).corpora["tones"]
    assert (corpus.usable, corpus.published) == (24, 535)
    assert [str(count) for count in corpus.mismatches] == ["utterances 24/535"]
    card = (tmp_path / "dataset" / "README.md").read_text()
    assert "| `tones` | 535 | 24 |" in card
    assert "24 of 535 published utterances are there" in card
    assert ">535</td>" in (tmp_path / "dataset" / "report.html").read_text()


def test_kept_spec_that_is_missing_or_of_another_corpus_is_named(
    roots: list[str], tmp_path: Path
) -> None:
    assert roots
    dataset = str(tmp_path / "dataset")
    manifest = require_manifest(dataset)
    assert isinstance(read_kept_specs(dataset, manifest)["tess"], CorpusSpec)
    kept = Path(spec_path(dataset, "tess"))
    kept.write_bytes(Path(spec_path(dataset, "tones")).read_bytes())
    for _ in range(2):
        with pytest.raises(DataError, match=r"specs/tess\.yaml: missing, or not the spec of tess"):
            read_kept_specs(dataset, manifest)
        kept.unlink(missing_ok=True)
    assert not read_kept_specs(dataset, manifest, ["tess", "tones"])
    assert load_spec(tmp_path / "tess.yaml").id == "tess"
