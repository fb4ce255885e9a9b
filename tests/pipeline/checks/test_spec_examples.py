from pipeline.checks.spec_examples import check_examples
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec

LABELS = "{labels: {file: l.csv, match: {Datei: '{stem}.wav'}, take: {emotion: Gefühl}}}"


def test_example_without_the_row_of_a_table_is_told_how_to_give_it(make_spec: MakeSpec) -> None:
    spec = make_spec(path="[]", tables=LABELS, examples="[{path: wav/1.wav, emotion: anger}]")
    (problem,) = check_examples(spec, emotion_scheme())
    assert "example wav/1.wav: needs `rows: {labels: {Datei: …, Gefühl: …}}`" in problem


def test_example_whose_row_is_of_another_clip_is_told_what_is_looked_for(
    make_spec: MakeSpec,
) -> None:
    rows = "{labels: {Datei: 2.wav, Gefühl: ang}}"
    spec = make_spec(path="[]", tables=LABELS, examples=f"[{{path: wav/1.wav, rows: {rows}}}]")
    (problem,) = check_examples(spec, emotion_scheme())
    assert "no_table_row: table 'labels' has no row with Datei = '1.wav'" in problem


def test_example_may_have_several_rows_of_a_table(make_spec: MakeSpec) -> None:
    rows = "{labels: [{Datei: 1.wav, Gefühl: ang}, {Datei: 1.wav, Gefühl: ang}]}"
    example = f"[{{path: wav/1.wav, emotion: anger, rows: {rows}}}]"
    raters = "{rows: labels, emotion: unanimous}"
    spec = make_spec(path="[]", tables=LABELS, raters=raters, examples=example)
    assert check_examples(spec, emotion_scheme()) == []


def test_example_says_in_words_where_nothing_is_found(make_spec: MakeSpec) -> None:
    spec = make_spec(examples="[{path: wav/s01_ang_1.wav, emotion: anger, age: 34}]")
    (problem,) = check_examples(spec, emotion_scheme())
    assert problem.endswith("age: expected 34.0, found nothing")
