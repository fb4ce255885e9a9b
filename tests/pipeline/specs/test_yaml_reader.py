import os
from pathlib import Path

import pytest

from pipeline.common.spec_model import SpecModel
from pipeline.specs.loader import load_spec
from pipeline.specs.yaml_reader import SpecError, load_yaml, parse_yaml
from tests.conftest import SPEC


class Bird(SpecModel):
    name: str
    eggs: int = 0


def write(folder: Path, text: str) -> Path:
    file = folder / "my.yaml"
    file.write_text(text)
    return file


def test_content_of_a_store_is_named_by_its_url() -> None:
    with pytest.raises(SpecError, match=r"^s3://lab/specs/bird\.yaml:2: .*eggs"):
        parse_yaml(b"name: Wren\neggs: many\n", "s3://lab/specs/bird.yaml", Bird)


def test_key_given_twice_is_an_error(tmp_path: Path) -> None:
    text = SPEC.format(corpus="tones", utterances=1).strip() + "\nname: Again\n"
    with pytest.raises(SpecError, match=r"my\.yaml:13: the key 'name' stands twice .*line 2"):
        load_spec(write(tmp_path, text))


@pytest.mark.parametrize("name", ["&a [*a]", "[" * 3000 + "]" * 3000])
def test_endless_nesting_is_an_error_of_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match=r"my\.yaml: nested too deeply, or an alias"):
        load_spec(write(tmp_path, f"id: my\nname: {name}\n"))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "id: [", "id: a\n\tname: b"])
def test_what_is_no_mapping_is_no_spec(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpecError, match=r"my\.yaml:\d+: "):
        load_spec(write(tmp_path, text))


def test_yaml_cannot_make_objects(tmp_path: Path) -> None:
    text = SPEC.format(corpus="tones", utterances=1).replace("Tones", "!!python/name:os.system")
    with pytest.raises(SpecError, match="not YAML"):
        load_spec(write(tmp_path, text))


@pytest.mark.parametrize("name", ["01", "no", "1e5", "2020-01-01"])
def test_scalars_stay_as_written(tmp_path: Path, name: str) -> None:
    assert load_yaml(write(tmp_path, f"name: {name}\neggs: 3"), Bird) == Bird(name=name, eggs=3)


def test_every_fault_is_listed_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        load_yaml(write(tmp_path, "eggs: many\nnme: owl\n"), Bird)
    assert [line.partition("my.yaml:")[2] for line in str(error.value).splitlines()] == [
        "1: name: is missing",
        "1: eggs: expected a whole number, found 'many'",
        "2: nme: unknown key; did you mean 'name'?",
    ]


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.yaml: can't be read: No such file"):
        load_yaml(tmp_path / "none.yaml", Bird)
    (tmp_path / "my.yaml").write_bytes(b"name: \xff")
    with pytest.raises(SpecError, match=r"my\.yaml: is not UTF-8 text"):
        load_yaml(tmp_path / "my.yaml", Bird)


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {x: y}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 30)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGES])
def test_aliases_that_grow_without_end_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpecError, match=r"my\.yaml: its aliases come to more than 100,000 keys"):
        load_yaml(write(tmp_path, text), Bird)


@pytest.mark.parametrize(
    "value", ["!!int owl", "!!timestamp x", "!!binary é", "!!float 1.2.3", "!!set {a}", "!mine x"]
)
def test_tags_are_refused_with_their_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(SpecError, match=r"my\.yaml:2: not YAML.*: the tag '.*'"):
        load_yaml(write(tmp_path, f"eggs: 3\nname: {value}\n"), Bird)


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(
        SpecError, match=r"pipe\.yaml: can't be read: expected a file, found a pipe"
    ):
        load_yaml(tmp_path / "pipe.yaml", Bird)
    with (tmp_path / "my.yaml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SpecError, match=r"my\.yaml: larger than the 1,000,000 bytes"):
        load_yaml(tmp_path / "my.yaml", Bird)


def test_a_mark_of_utf_8_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_bytes(b"\xef\xbb\xbfname: owl\n")
    assert load_yaml(tmp_path / "my.yaml", Bird).name == "owl"
