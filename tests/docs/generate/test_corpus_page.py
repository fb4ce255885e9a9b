import pytest

from docs.generate.corpus_page import corpus_page
from docs.generate.pages import kin_of
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_file, builtin_ids

SPECS = {spec.id: spec for spec in load_specs()}


def page_of(corpus: str) -> str:
    spec = SPECS[corpus]
    source = builtin_file(corpus).read_text(encoding="utf-8")
    return corpus_page(spec, emotion_scheme(), source, kin_of(spec, list(SPECS.values())))


def test_a_page_says_what_the_spec_says() -> None:
    page = page_of("iemocap")
    assert page.startswith("# IEMOCAP, Interactive Emotional Dyadic Motion Capture Database\n")
    for row in (
        "| **utterances** | 7,529 |",
        "| **access** | by agreement |",
        "| **licence** | IEMOCAP release form; may not be passed on |",
        "| **clips** | `Session?/sentences/wav/*/*.wav` |",
        "| words (optional) | `Session?/dialog/transcriptions/*.txt` | `utterance` | `text` |",
        "| `xxx` | no agreement among raters | *left out: no_majority* |  |  |",
        "| valence | 1 to 5 |",
        "| **told apart by** | `{session}{letter}` |",
        "| frustration | 1,849 |",
    ):
        assert row in page
    assert "| `exc` | Excited | excitement | high_positive |" in page
    assert "The answers of single raters are kept." in page
    assert "Train, validation and test: session-disjoint." in page
    assert "| `session` | one for each session | `session` | the six |" in page
    assert "exhubert check --data-root corpora --corpora iemocap" in page
    assert "doi:10.1007/s10579-008-9076-6" in page
    assert SPECS["iemocap"].quirks[3].partition(" (2,507")[0] in page


def test_open_files_come_by_one_command() -> None:
    corpus = next(spec for spec in SPECS.values() if spec.access.files)
    page = page_of(corpus.id)
    assert f"exhubert corpora get {corpus.id} --data-root corpora" in page
    assert all(file.url in page for file in corpus.access.files)


def test_corpora_of_the_same_actors_name_each_other() -> None:
    shared = next(spec for spec in SPECS.values() if kin_of(spec, list(SPECS.values())))
    (other, *_) = kin_of(shared, list(SPECS.values()))
    assert f"[{other}]({other}.md)" in page_of(shared.id)
    assert f"[{shared.id}]({shared.id}.md)" in page_of(other)


def test_an_assumed_layout_is_called_so() -> None:
    assumed = next(spec for spec in SPECS.values() if spec.layout == "assumed")
    assert "The layout was never published" in page_of(assumed.id)


@pytest.mark.parametrize("corpus", builtin_ids())
def test_every_spec_gives_a_page_with_all_its_codes_and_quirks(corpus: str) -> None:
    spec, page = SPECS[corpus], page_of(corpus)
    for heading in ("Get it", "Layout", "Splits and protocols", "Licence and citation"):
        assert f"\n## {heading}\n" in page
    labels = page.partition("\n## Labels\n")[2].partition("\n## ")[0]
    rows = [line for line in labels.splitlines() if line.startswith("| ")]
    assert len(rows) >= len(spec.emotions) + len(spec.exclude)
    known = page.partition("\n## Good to know\n")[2].partition("\n## ")[0]
    assert known.count("\n- ") == len(spec.quirks)


def test_parts_of_an_official_partition_are_told() -> None:
    page = page_of("fau_aibo")
    assert "| value of `speaker` | split |" in page
    assert r"| `Mont_\d\d` | test |" in page
