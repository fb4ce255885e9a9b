import io
import threading

import openpyxl
import pytest

from pipeline.common.errors import DataError
from pipeline.index.table_files import load_tables
from pipeline.index.table_rows import fill_template
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import MakeSpec


def find(
    spec: CorpusSpec, contents: dict[str, bytes], **fields: str
) -> list[dict[str, str | None]]:
    files = [SourceFile(path, len(content), "") for path, content in contents.items()]
    table = load_tables(spec, files, contents.__getitem__)["facts"]
    return list(table.find(fields))


TAKE = "match: {name: '{stem}'}, take: {text: said}"


@pytest.mark.parametrize(
    ("facts", "path", "content"),
    [
        (f"file: f.csv, {TAKE}", "f.csv", b'name,said\r\na,"hello, you"\r\n'),
        (f"file: f.csv, {TAKE}", "f.csv", b"\xef\xbb\xbfname,said\na,\"hello, you\"\n"),
        (f"file: f.csv, {TAKE}", "f.csv", b'name;said;n\r\na;"hello, you";3,5\r\n'),
        (f"file: f.csv, {TAKE}", "f.csv", b'name\tsaid\na\t"hello, you"\n'),
        (f"file: f.csv, {TAKE}", "f.csv", b'name,"a;b;c;d",said\na,0,"hello, you"\n'),
        (f"file: f.csv, separator: '|', {TAKE}", "f.csv", b"name|said\na|hello, you\n"),
        (f"file: f.tsv, separator: ;, {TAKE}", "f.tsv", b"name;said\na;hello, you\n"),
        (f"file: f.tsv, {TAKE}", "f.tsv", b"name\tsaid\n\xc2\xa0  a\thello, you\n"),
        (f"file: f.txt, format: tsv, encoding: [utf-8, utf-16], {TAKE}", "f.txt",
         "name\tsaid\na\thello, you".encode("utf-16")),
        (f"file: f.json, {TAKE}", "f.json", b'[{"name": "a", "said": "hello, you"}]'),
        ("file: f.json, match: {_key: '{stem}'}, take: {text: said}", "f.json",
         b'{"a": {"said": "hello, you"}}'),
        (f"file: f.jsonl, {TAKE}", "f.jsonl", b'{"name": "a", "said": "hello, you"}\n'),
        ("file: f.csv, columns: [name, said], match: {name: '{stem}'}, take: {text: said}",
         "f.csv", b'a,"hello, you"\n'),
        ("file: f.csv, columns: [name, n, said], match: {name: '{stem}'}, take: {text: said}",
         "f.csv", b"a;3;hello, you\n"),
        (r"file: 'f.txt', line: '^(?P<name>\w+): (?P<text>.*)$', match: {name: '{stem}'}, "
         "take: [text]", "f.txt", b"a: hello, you\r\n% comment\r\n"),
    ],
)  # fmt: skip
def test_every_format_gives_its_rows(
    make_spec: MakeSpec, facts: str, path: str, content: bytes
) -> None:
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    assert find(spec, {f"any/{path}": content}, stem="a") == [{"text": "hello, you"}]
    assert find(spec, {path: content}, stem="b") == []


def test_every_sheet_of_a_workbook_counts(make_spec: MakeSpec) -> None:
    workbook = openpyxl.Workbook()
    for title, name in (("female", "a"), ("male", "b")):
        sheet = workbook.create_sheet(title)
        sheet.append(["name", "said"])
        sheet.append([name, 7])
    content = io.BytesIO()
    workbook.save(content)
    spec = make_spec(tables=f"{{facts: {{file: f.xlsx, {TAKE}}}}}")
    assert find(spec, {"f.xlsx": content.getvalue()}, stem="b") == [{"text": "7"}]


def test_one_file_for_each_value_of_a_field(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: {{of: take, 1: one.csv, 2: two.csv}}, {TAKE}}}}}")
    contents = {"one.csv": b"name,said\na,first\n", "two.csv": b"name,said\na,second\n"}
    assert find(spec, contents, stem="a", take="2") == [{"text": "second"}]


def test_facts_in_the_name_of_the_table_file(make_spec: MakeSpec) -> None:
    facts = r"file: '*.csv', path: '(?P<who>s\d)', match: {who: '{speaker}'}, take: {text: said}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    contents = {"s1.csv": b"said\nmine\n", "s2.csv": b"said\nyours\n"}
    assert find(spec, contents, speaker="s2") == [{"text": "yours"}]


def test_rows_can_be_chosen(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, where: {{'': '^1'}}, {TAKE}}}}}")
    content = b",name,said\n11,a,voice\n21,a,face\n"
    assert find(spec, {"f.csv": content}, stem="a") == [{"text": "voice"}]


def test_first_template_that_fits_finds_the_row(make_spec: MakeSpec) -> None:
    facts = "file: f.csv, match: {name: ['{path}', '{stem}']}, take: {text: said}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    content = b"name,said\nx/a.wav,by path\na,by name\n"
    assert find(spec, {"f.csv": content}, path="x/a.wav", stem="a") == [{"text": "by path"}]
    assert find(spec, {"f.csv": content}, path="y/a.wav", stem="a") == [{"text": "by name"}]


def test_optional_columns_may_be_missing(make_spec: MakeSpec) -> None:
    facts = "file: f.csv, match: {name: '{stem}'}, take: {text: 'said?'}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    assert find(spec, {"f.csv": b"name\na\n"}, stem="a") == [{"text": None}]


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("other.csv", b"", "no file matches 'f.csv'"),
        ("f.csv", b"name,spoken\na,b\n", r"f\.csv: no column 'said'; found 'name', 'spoken'"),
        ("f.csv", b"Name;Said\na;b\n", r"no column 'name', 'said'; found 'Name', 'Said', "),
        ("f.csv", b"name said\na b\n", r"found 'name said', .*; if blanks .* `format: space`"),
        ("f.csv", b"name,said\n\na,b,c\n", r"f\.csv:3: 3 cells, expected 2"),
        ("f.csv", b"name,said\n", "no row in f.csv"),
        ("f.csv", b"", "no row in f.csv"),
        ("f.csv", b"name,said\n\xff,b\n", "not text in utf-8-sig; name its `encoding`"),
        ("f.csv", b'name,said\na,b\nc,"d\ne,f\n', r"f\.csv:3: .*unexpected end of data"),
        ("f.csv", b'name,said\na,"b\nc,"d"\n', r"f\.csv:2: .*',' expected after '\"'"),
        ("f.csv", b'name,said\na,"' + b"b" * 140_000, r"f\.csv:2: .*field larger than"),
    ],
)
def test_broken_tables_are_named(
    make_spec: MakeSpec, path: str, content: bytes, message: str
) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    with pytest.raises(DataError, match=message):
        find(spec, {path: content}, stem="a")


@pytest.mark.parametrize("content", [b"{", b"[1, 2]", b"7"])
def test_broken_json_is_named(make_spec: MakeSpec, content: bytes) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.json, {TAKE}}}}}")
    with pytest.raises(DataError, match=r"f\.json"):
        find(spec, {"f.json": content}, stem="a")


def test_rows_that_lie_deeper_are_hinted_at(make_spec: MakeSpec) -> None:
    facts = f"file: f.json, {TAKE}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    content = b'{"data": [{"name": "a", "said": "b"}]}'
    with pytest.raises(DataError, match=r"'_value', .*; say by `rows` where its rows lie"):
        find(spec, {"f.json": content}, stem="a")
    deeper = make_spec(tables=f"{{facts: {{rows: data, {facts}}}}}")
    assert find(deeper, {"f.json": content}, stem="a") == [{"text": "b"}]
    wrong = make_spec(tables=f"{{facts: {{rows: dat, {facts}}}}}")
    with pytest.raises(
        DataError, match=r"no row in f\.json, 'dat' ends early: at the top there is the key 'data'"
    ):
        find(wrong, {"f.json": content}, stem="a")


def test_single_objects_may_lack_a_key(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.jsonl, {TAKE}}}}}")
    content = b'{"name": "a"}\n{"name": "b", "said": "c"}'
    assert find(spec, {"f.jsonl": content}, stem="a") == [{"text": None}]
    assert find(spec, {"f.jsonl": content}, stem="b") == [{"text": "c"}]


def test_broken_line_of_json_is_named(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.jsonl, {TAKE}}}}}")
    content = b'{"name": "a", "said": "b"}\n\n{"name": "c"\n'
    with pytest.raises(DataError, match=r"f\.jsonl:3: not JSON"):
        find(spec, {"f.jsonl": content}, stem="a")


def test_line_of_json_that_is_no_object_is_named(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.jsonl, {TAKE}}}}}")
    content = b'{"name": "a", "said": "b"}\n["c"]\n'
    with pytest.raises(DataError, match=r'f\.jsonl:2: expected an object, found \["c"\]'):
        find(spec, {"f.jsonl": content}, stem="a")


def test_json_nested_without_end_is_an_error_of_its_file(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.json, {TAKE}}}}}")
    with pytest.raises(DataError, match=r"f\.json:1: nested too deeply for a table"):
        find(spec, {"f.json": b"[" * 100_000}, stem="a")


def test_half_a_sign_in_json_is_written_as_a_question_mark(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.json, {TAKE}}}}}")
    content = rb'[{"name": "a", "said": "cut \ud83d"}, {"name": "b", "said": "whole \ud83d\ude00"}]'
    assert find(spec, {"f.json": content}, stem="a") == [{"text": "cut ?"}]
    assert find(spec, {"f.json": content}, stem="b") == [{"text": "whole 😀"}]


def test_only_line_ends_end_a_line_of_json(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.jsonl, {TAKE}}}}}")
    content = '{"name": "a", "said": "one\u2028two"}\r\n  \t\n\n'.encode()
    assert find(spec, {"f.jsonl": content}, stem="a") == [{"text": "one\u2028two"}]


def test_table_that_can_not_be_read_is_named(make_spec: MakeSpec) -> None:
    def read(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    with pytest.raises(DataError, match=r"f\.csv: can't be read: Permission denied"):
        load_tables(spec, [SourceFile("f.csv", 1, "")], read)


def test_template_with_an_unknown_field_gives_nothing() -> None:
    assert fill_template("{session}{letter}", {"session": "Ses01", "letter": None}) is None


@pytest.mark.parametrize(
    "cell",
    ["wav/c1.wav", r"wav\c1.wav", "./wav/c1.wav", r".\wav\c1.wav", "/home/me/x/wav/c1.wav",
     r"C:\Users\me\wav\c1.wav", "file:///data/wav/c1.wav", "\u200bwav/c1.wav\u00a0"],
)  # fmt: skip
def test_paths_as_any_system_writes_them_join(make_spec: MakeSpec, cell: str) -> None:
    for template in ("{path}", "{stem}.wav"):
        if template == "{stem}.wav" and cell not in {"/home/me/x/wav/c1.wav"}:
            continue
        facts = f"file: f.csv, match: {{name: '{template}'}}, take: {{text: said}}"
        spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
        content = f"name,said\n{cell},mine\nwav/c2.wav,yours\n".encode()
        assert find(spec, {"f.csv": content}, path="wav/c1.wav", stem="c1") == [{"text": "mine"}]


def test_decomposed_names_join_with_composed_ones(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: 'e\u0301t.csv', {TAKE}}}}}")
    content = "name,said\nZoe\u0308,mine\n".encode()
    assert find(spec, {"e\u0301t.csv": content}, stem="Zo\u00eb") == [{"text": "mine"}]


def test_a_clip_whose_key_is_unknown_is_joined_with_no_row(make_spec: MakeSpec) -> None:
    facts = "file: f.csv, match: {name: '{take}'}, take: {text: said}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    assert find(spec, {"f.csv": b"name,said\n,nobody's\n"}, stem="a") == []


def test_names_of_tables_and_their_patterns_obey_ignore_case(make_spec: MakeSpec) -> None:
    facts = f"file: labels.csv, where: {{kind: '^A$'}}, {TAKE}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}", ignore_case="true")
    content = b"name,said,kind\na,mine,a\na,yours,b\n"
    assert find(spec, {"LABELS.CSV": content}, stem="a") == [{"text": "mine"}]


def test_keys_may_differ_in_case_where_no_row_is_spelt_alike(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}", ignore_case="true")
    content = b"name,said\nA1,first\nb1,second\nB1,third\n"
    assert find(spec, {"f.csv": content}, stem="a1") == [{"text": "first"}]
    assert find(spec, {"f.csv": content}, stem="b1") == [{"text": "second"}]
    minding = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    assert find(minding, {"f.csv": content}, stem="a1") == []


def test_encodings_that_were_not_the_first_are_kept_in_mind(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: '*.csv', encoding: [utf-8, gbk], {TAKE}}}}}")
    contents = {"a.csv": "name,said\na,生".encode("gbk"), "b.csv": b"name,said\nb,x"}
    files = [SourceFile(path, 1, "") for path in contents]
    table = load_tables(spec, files, contents.__getitem__)["facts"]
    assert table.encodings == {"gbk": ["a.csv"]}


def test_a_table_that_is_a_pipe_or_huge_is_not_read(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    for file in (
        SourceFile("f.csv", 0, "", "no file, but a pipe"),
        SourceFile("f.csv", 1 << 31, ""),
    ):
        with pytest.raises(
            DataError, match=r"f\.csv: can't be read: (no file|2,147,483,648 bytes)"
        ):
            load_tables(spec, [file], lambda path: pytest.fail("it was read"))


@pytest.mark.parametrize("name", ["F.CSV", "f.xls", "labels/f.tsv"])
def test_a_missing_table_is_looked_for_by_other_names(make_spec: MakeSpec, name: str) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    with pytest.raises(DataError, match=rf"no file matches 'f\.csv' .* \(is it {name}\?"):
        find(spec, {name: b""}, stem="a")


def test_a_table_that_a_corpus_can_do_without_may_have_no_row(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=f"{{facts: {{file: f.csv, required: false, {TAKE}}}}}")
    assert find(spec, {"f.csv": b"name,said\n"}, stem="a") == []


@pytest.mark.parametrize("unmatched", ["reject", "exclude"])
def test_a_table_that_is_not_there_drops_no_clip(make_spec: MakeSpec, unmatched: str) -> None:
    facts = f"{{file: f.csv, required: false, unmatched: {unmatched}, {TAKE}}}"
    spec = make_spec(tables=f"{{facts: {facts}}}")
    assert load_tables(spec, [], {}.__getitem__)["facts"].table.unmatched == "keep"
    files = [SourceFile("f.csv", 1, "")]
    there = load_tables(spec, files, lambda _: b"name,said\na,x\n")
    assert there["facts"].table.unmatched == unmatched


def test_equal_codes_are_kept_once(make_spec: MakeSpec) -> None:
    rows = "\n".join(f"{name},{said}" for name in "ab" for said in ("sad", "x" * 99))
    spec = make_spec(tables=f"{{facts: {{file: f.csv, {TAKE}}}}}")
    content = f"name,said\n{rows}\n".encode()
    (one, _), (other, _) = (find(spec, {"f.csv": content}, stem=name) for name in "ab")
    assert one["text"] is other["text"]


def test_many_files_of_a_table_are_asked_for_at_a_time(make_spec: MakeSpec) -> None:
    facts = "file: '*.txt', line: '(?P<said>.+)', match: {_stem: '{stem}'}, take: {text: said}"
    spec = make_spec(tables=f"{{facts: {{{facts}}}}}")
    waiting = threading.Barrier(2, timeout=60)

    def read(path: str) -> bytes:
        waiting.wait()  # until another file is asked for, too
        return path.encode()

    files = [SourceFile(f"{n}.txt", 5, "") for n in range(4)]
    table = load_tables(spec, files, read)["facts"]
    assert [table.find({"stem": str(n)}) for n in range(4)] == [
        [{"text": f"{n}.txt"}] for n in range(4)
    ]
