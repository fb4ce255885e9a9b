import pytest
import yaml

from pipeline.dataset.card import make_card
from pipeline.splits.protocols.statement import CorpusFolds, FoldFacts, ProtocolStatement
from tests.support.manifests import manifest


def test_front_matter_names_the_splits_that_have_rows() -> None:
    front_matter = yaml.safe_load(make_card(manifest()).split("---\n")[1])
    configs = {one["config_name"]: one["data_files"] for one in front_matter["configs"]}
    assert [files["split"] for files in configs["all"]] == ["train", "test"]
    assert configs["bells"] == [{"split": "train", "path": "data/bells/train-*.parquet"}]
    assert front_matter["language"] == ["en"]


@pytest.mark.parametrize(("redistribute", "word"), [(True, "yes"), (False, "no")])
def test_terms_policy_and_level_of_every_corpus_are_listed(redistribute: bool, word: str) -> None:
    card = make_card(manifest(redistribute))
    assert f"| `tones` | Tones | en-GB | CC0-1.0 | {word} | 2 |" in card
    assert "speaker-disjoint" in card
    assert "WAV; level normalisation: rms" in card


def test_names_licences_and_citations_are_text() -> None:
    hostile = manifest()
    corpus = hostile.corpora["tones"]
    hostile.corpora["tones"] = corpus.model_copy(
        update={
            "name": "<img src=x onerror=alert(1)> | [x](javascript:y)",
            "licence": "CC0](javascript:alert(1)) [",
            "licence_url": "javascript:alert(1)",
            "citation": "Nobody\n---\n# Heading \x1b[31m",
        }
    )
    card = make_card(hostile)
    assert r"| &lt;img src=x onerror=alert(1)> \| \[x\](javascript:y) |" in card
    assert r"| CC0\](javascript:alert(1)) \[ |" in card
    assert r"- `tones`: Nobody --- # Heading \\x1b\[31m" in card
    assert "](javascript" not in card.replace(r"\](javascript", "")


def test_a_licence_of_the_web_is_a_link() -> None:
    linked = manifest()
    corpus = linked.corpora["tones"]
    address = "https://creativecommons.org/publicdomain/zero/1.0/"
    linked.corpora["tones"] = corpus.model_copy(update={"licence_url": address})
    assert f"[CC0-1.0]({address})" in make_card(linked)


def test_one_of_a_kind_is_no_plural() -> None:
    card = make_card(manifest())
    assert "(1 speaker)" in card
    assert "1 speakers" not in card


def test_protocols_stand_with_their_leaks() -> None:
    fold = FoldFacts(name="1", train=80, test=20, shared_speakers=9, shared_audio=1)
    folds = CorpusFolds(labels="six", classes=["high_negative"], folds=[fold])
    protocol = ProtocolStatement(rule="as published", corpora={"tones": folds})
    card = make_card(manifest().model_copy(update={"protocols": {"bench": protocol}}))
    assert "| `bench` | as published | `tones` | 1 | 1 | 100 | 20 | **9** | 1 | – |" in card
    assert "## Protocols" not in make_card(manifest())


def test_title_version_and_date_stand_at_the_head() -> None:
    named = {"title": "Mine [1]", "version": "1.2.0", "date_published": "2026-11-29"}
    card = make_card(manifest().model_copy(update=named))
    front_matter = yaml.safe_load(card.split("---\n")[1])
    assert (front_matter["pretty_name"], front_matter["version"]) == ("Mine [1]", "1.2.0")
    assert "# Mine \\[1\\]\n\nVersion 1.2.0, published 2026-11-29.\n" in card
    assert "\nVersion 0.1.0.\n" in make_card(manifest())


def test_every_corpus_has_an_entry_of_bibtex() -> None:
    card = make_card(manifest())
    (block,) = card.split("```bibtex\n")[1:]
    assert block.startswith("@misc{bells,\n  title = {{Bells}},\n  note = {Nobody, never},\n}\n")
    assert block.endswith("\n}\n```\n")
    assert block.count("@misc{") == 2
