from pathlib import Path

import pytest

from pipeline.specs.loader import load_spec
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import SPEC, MakeSpec


def write(folder: Path, text: str) -> Path:
    file = folder / "my.yaml"
    file.write_text(text)
    return file


def test_codes_stay_as_written(make_spec: MakeSpec) -> None:
    spec = make_spec(emotions="{01: anger, no: neutral, 1e5: happiness}", exclude="{}")
    assert list(spec.emotions) == ["01", "no", "1e5"]


def test_unknown_key_is_named_with_line_and_suggestion(tmp_path: Path) -> None:
    text = SPEC.format(corpus="tones", utterances=1).strip() + "\nquirk: [odd]\n"
    with pytest.raises(SpecError, match=r"my\.yaml:13: quirk: unknown key; .*'quirks'"):
        load_spec(write(tmp_path, text))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("path", "'(?P<speaker>s'", "not a regular expression"),
        ("audio", "'wav/[z-a]*.wav'", "not a glob: bad character range z-a in 'wav/[z-a]*.wav'"),
        ("ignore", "['[b-a]']", "not a glob: bad character range b-a"),
        ("speaker", "'{session}'", "field 'session', which neither `path` nor a table gives"),
        ("splits", "{by: session}", "field 'session'"),
        ("channel", "left", "channel: expected a whole number, found 'left'"),
        ("channel", "{of: side, left: 0}", "`channel` uses the field 'side', which neither"),
        ("channel", "{of: take, left: x}", "channel.left: expected a whole number, found 'x'"),
        ("channel", "{of: take}", "which channel? Expected such as {of: take, left: 0, right: 1}"),
        (
            "splits",
            "{by: speakers}",
            "tones.yaml:13: splits.by: expected 'speaker', 'session', 'text', 'utterance' or "
            "'official', found 'speakers'",
        ),
        ("splits", "speaker", "splits: expected {by: …, of: …, validation_by: …, seed: …}, found"),
        ("splits", "{by: official, of: part, x: tset}", "splits.x: expected 'train', 'valid"),
        (
            "splits",
            "{by: official, of: part, x: train}",
            "tones.yaml:13: `by: official` needs at least one",
        ),
        ("splits", "{seed: much}", "splits.seed: expected a whole number, found 'much'"),
        ("splits", "{by: official, test: test}", "`by: official` needs `of`"),
        ("splits", "{by: speaker, dev: validation}", "only named where `by` is `official`"),
        ("exclude", "{ang: other}", "ang stands in `emotions` too"),
        ("path", "'(?P<speaker>s)'", ":1: nothing gives the field 'emotion'"),
        ("kind", "sung", "'acted', 'elicited'"),
        ("speaker", "'{speaker:03d}'", "'{speaker:03d}' changes how a value is written"),
        ("same_utterance", "'{take!r}'", "'{take!r}' changes how a value is written"),
        ("speaker", "{{stem}}", "tones.yaml:13: a mapping stands where a key should"),
        ("scales", "{valence: [1, 1]}", "scales.valence: expected [lowest, highest]"),
        ("emotions", "{}", "`emotions` is missing: what do native codes mean?"),
        ("emotions", "{1-5: anger, 5-9: fear}", "`emotions`: the codes 1-5 and 5-9 overlap"),
        ("emotion", "'{part}'", "`emotion` uses the field 'part'"),
        ("categories", "{dreamy: {arousal: low, class: low_positive}}", "says arousal and valence"),
        ("scales", "{valence: [1, inf]}", "scales.valence"),
        ("sample_times", "0", "sample_times: expected more than 0, found '0'"),
        ("channel", "-1", "channel: expected 0 or more, found '-1'"),
        (
            "tables",
            "{facts: {file: f.csv, encoding: utf8x, match: {a: '{stem}'}, take: [emotion]}}",
            "encoding: no encoding is called 'utf8x'",
        ),
        (
            "licence",
            "CC-BY",
            "licence: expected {name: …, url: …, redistribute: …, note: …}, found",
        ),
        ("access", "{how: opn}", "access.how: expected 'open', 'registration'"),
        ("id", "My-Corpus", "id: expected a-z, 0-9 and `_`, a letter first, found 'My-Corpus'"),
        ("id", "all", "id: 'all' is taken: the configuration of a dataset that holds every corpus"),
        ("id", "default", "id: 'default' is taken: what the datasets library calls"),
        ("id", "nul", "id: 'nul' is taken: a device on Windows"),
        ("id", "a" * 65, "id: expected 64 characters or fewer, found 65"),
        ("expected", "{utterances: many}", "expected.source: is missing"),
        ("expected", "{utterances: many, source: us}", "expected a whole number, found 'many'"),
        ("name", "[Tones]", "name: expected text, found a list of 1"),
        ("quirks", "odd", "quirks: expected a list, found 'odd'"),
        ("emotions", "[ang]", "emotions: expected `key: value` pairs, found a list of 1"),
        ("age", "{of: speaker, s01: old}", "age.s01: expected a number, found 'old'"),
        ("tables", "{facts: f.csv}", "facts: expected {file: …, match: …, take: …, format: …, …}"),
        (
            "tables",
            "{facts: {file: {a: f.csv}, match: {a: b}, take: []}}",
            "facts.file.of: is mis",
        ),
        (
            "tables",
            "{facts: {file: f.csv, line: '.', separator: ;, match: {a: '{stem}'}, take: []}}",
            "tables.facts: only csv and tsv files have a `separator`, found lines",
        ),
        ("name", "Tones\x01", "tones.yaml:12: not YAML: the character '\\x01'"),
    ],
)
def test_faults_of_a_spec_say_what_is_wrong(
    make_spec: MakeSpec, key: str, value: str, message: str
) -> None:
    with pytest.raises(SpecError) as error:
        make_spec(**{key: value})
    assert message in str(error.value)


def test_an_unknown_category_is_an_error_of_the_file(make_spec: MakeSpec) -> None:
    with pytest.raises(SpecError, match=r"tones\.yaml: corpus tones: `emotions` names .*'angry'"):
        make_spec(emotions="{ang: angry}")
