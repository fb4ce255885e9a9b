"""Drafts are YAML, whatever the names and cells hold, and say what was left out."""

from dataclasses import replace

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drafting.draft_sections import FolderGuess, write_draft
from pipeline.drafting.table_discovery import DiscoveredTable
from pipeline.schema.fields import Fields

GUESS = FolderGuess(
    corpus="mine",
    archives=(),
    media=["a_1.wav", "b_2.wav", "c.mp3"],
    names=["a_1.wav", "b_2.wav"],
    audio=["*.wav"],
    mixed_case=False,
    values={},
    patterns=[r"^(?P<speaker>a)_\d\.wav$"],
    clips=[{"path": "a_1.wav", "stem": "a_1", "speaker": "a"}],
    joined={},
    others=(),
)


def test_what_is_not_read_is_named() -> None:
    text = write_draft(GUESS)
    assert "# A draft from 2 files, 1 of which fit `path`." in text
    assert "# Not: b_2.wav" in text
    assert "# Left out, for their suffix: c.mp3" in text
    assert yaml.safe_load(text)["expected"] == {"utterances": 2, "speakers": 1, "source": "counted"}


def test_thousands_are_written_alike() -> None:
    clips: list[Fields] = [{"path": f"a_{n}.wav", "stem": f"a_{n}"} for n in range(1_500)]
    names = [clip["path"] or "" for clip in clips]
    table = DiscoveredTable(
        path="facts.csv",
        rows=[{"file": clip["stem"] or "", "says": "x"} for clip in clips[:1_200]],
        column="file",
        template="{stem}",
    )
    guess = replace(GUESS, media=names, names=names, clips=clips, joined={"facts": table})
    text = write_draft(guess)
    assert "# A draft from 1,500 files, 1,500 of which fit `path`." in text
    assert "# 1,200 of 1,500 clips have a row" in text


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_names_and_cells_may_hold_any_sign(name: str, column: str, cell: str) -> None:
    table = DiscoveredTable(
        path=f"{name}.csv", rows=[{column: name, "says": cell}], column=column, template="{stem}"
    )
    clip: Fields = {"path": name, "stem": name}
    guess = replace(
        GUESS, archives=[name], media=[name], names=[name], audio=[name], clips=[clip],
        joined={"facts": table}, others=[replace(table, column="")],
    )  # fmt: skip
    spec = yaml.load(write_draft(guess), yaml.BaseLoader)  # scalars as written, as specs are read
    assert spec["audio"] == name
    assert spec["archive"] == [name]
    assert spec["examples"][0]["path"] == name
    assert spec["tables"]["facts"]["match"] == {column: "{stem}"}


def test_a_column_of_words_for_genders_is_the_gender() -> None:
    rows = [{"file": "a_1", "Sex": "v", "hand": "l"}, {"file": "b_2", "Sex": "m", "hand": "r"}]
    table = DiscoveredTable(path="t.csv", rows=rows, column="file", template="{stem}")
    text = write_draft(replace(GUESS, joined={"t": table}))
    assert yaml.safe_load(text)["gender"] == {"of": "Sex", "female": ["v"], "male": ["m"]}


def test_several_globs_and_patterns_are_lists() -> None:
    globs, patterns = ["*/*.wav", "*.wav"], [r"^x/\d\.wav$", r"^\d\.wav$"]
    spec = yaml.safe_load(write_draft(replace(GUESS, audio=globs, patterns=patterns)))
    assert (spec["audio"], spec["path"]) == (globs, patterns)
