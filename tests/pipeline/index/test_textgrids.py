"""TextGrids in Praat's long and short form, with labels that look like the format."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.index.textgrids import parse_textgrid
from pipeline.specs.table_spec import TableSpec

labels = st.text('ab "\n[]<>=:.0123456789itemintervals', max_size=12)
tiers = st.lists(st.tuples(labels, st.booleans(), st.lists(labels, max_size=4)), max_size=3)
Tiers = list[tuple[str, bool, list[str]]]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def long_form(tiers: Tiers) -> str:
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", "xmax = 9 "]
    lines += ["tiers? <exists> ", f"size = {len(tiers)} ", "item []: "]
    for number, (name, points, found) in enumerate(tiers, 1):
        kind, part = ("TextTier", "points") if points else ("IntervalTier", "intervals")
        lines += [f"    item [{number}]:", f'        class = "{kind}" ']
        lines += [f"        name = {quoted(name)} ", "        xmin = 0 ", "        xmax = 9 "]
        lines += [f"        {part}: size = {len(found)} "]
        for place, label in enumerate(found):
            lines.append(f"        {part} [{place + 1}]:")
            if points:
                lines += [
                    f"            number = {place}.5 ",
                    f"            mark = {quoted(label)} ",
                ]
            else:
                lines += [f"            xmin = {place}.5 ", f"            xmax = {place + 1}.5 "]
                lines += [f"            text = {quoted(label)} "]
    return "\n".join(lines) + "\n"


def short_form(tiers: Tiers) -> str:
    lines = [
        'File type = "ooTextFile short"',
        '"TextGrid"',
        "",
        "0",
        "9",
        "<exists>",
        str(len(tiers)),
    ]
    for name, points, found in tiers:
        kind = "TextTier" if points else "IntervalTier"
        lines += [f'"{kind}"', quoted(name), "0", "9", str(len(found))]
        for place, label in enumerate(found):
            lines += [f"{place}.5", *([] if points else [f"{place + 1}.5"]), quoted(label)]
    return "\n".join(lines)


@given(tiers)
def test_both_forms_give_the_labels_whatever_they_say(tiers: Tiers) -> None:
    wanted = [
        {
            "tier": name,
            "start": f"{place}.5",
            "end": "" if points else f"{place + 1}.5",
            "text": label.strip(),
        }
        for name, points, found in tiers
        for place, label in enumerate(found)
        if label.strip()
    ]
    assert parse_textgrid(long_form(tiers), "t") == wanted
    assert parse_textgrid(short_form(tiers), "t") == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_in_what_praat_writes(encoding: str) -> None:
    table = TableSpec.model_validate({"file": "f", "match": {}, "take": ["text"]})
    content = long_form([("emotion", False, ["", "fr\u00f6hlich"])]).encode(encoding)
    (row,) = read_table(content, table, "x/a.TextGrid", "t").rows
    assert row == {
        "tier": "emotion",
        "start": "1.5",
        "end": "2.5",
        "text": "fr\u00f6hlich",
        "_stem": "a",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t: not a Praat TextGrid: expected"),
        ("ooBinaryFile\x08TextGrid", "in Praat, save it as a text file"),
        (
            'File type = "ooTextFile"\nObject class = "PitchTier"',
            "not a Praat TextGrid but 'PitchTier'",
        ),
        (
            short_form([("a", False, ["b"])])[:-3],
            "expected a text in quotes, found the end of the file",
        ),
        (short_form([("a", False, ["b"])])[:-1], "t:15: expected a text with its closing quote"),
        (short_form([]).replace("\n0\n9", "\n0"), "expected a number, found 'exists'"),
        (
            short_form([("a", False, [])]).replace("IntervalTier", "Tier"),
            "expected IntervalTier or TextTier",
        ),
        (short_form([]).replace("<exists>\n0", "<exists>\n-1"), "expected a count, found -1"),
        (short_form([]).replace("<exists>\n0", "<exists>\n999999999"), "the end of the file"),
    ],
)
def test_what_is_damaged_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_textgrid(text, "t")


def test_a_textgrid_without_tiers_has_no_rows() -> None:
    assert parse_textgrid(short_form([]).replace("<exists>\n0", "<absent>"), "t") == []


@given(st.data())
def test_any_cut_is_read_or_refused(data: st.DataObject) -> None:
    text = long_form([("a", False, ['x "y" z', "b"]), ("c", True, ["d"])])
    cut = data.draw(st.integers(0, len(text)))
    with contextlib.suppress(DataError):
        parse_textgrid(text[:cut], "t")
