"""Reading spec files: YAML in, a checked :class:`CorpusSpec` out, errors with file and line."""

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.common.errors import UsageError
from pipeline.common.validation_messages import describe_validation_error, known_keys_at, locate
from pipeline.specs.corpus_spec import CorpusSpec

SHIPPED = Path(__file__).resolve().parents[2] / "corpora_specs"
"""Folder of the shipped specs, in a checkout and installed alike."""

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


class SpecError(UsageError):
    """A spec file is not valid. Names the file, the line, what was found and what was expected."""


class _TextLoader(yaml.SafeLoader):
    """Safe loader that leaves scalars as written: ``01``, ``no``, ``1e5`` are codes, not numbers.

    Pydantic turns text into numbers and truth values where a field wants them.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in {_NULL, _MERGE}]
        for _NULL, _MERGE in [("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def builtin_ids() -> list[str]:
    """Ids of the corpora whose specs are shipped, sorted."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml") if file.stem != "emotions")


def builtin_file(corpus: str) -> Path:
    """File of a shipped spec.

    Raises:
        SpecError: There is no such corpus; the message suggests a near name.
    """
    known = builtin_ids()
    if corpus not in known:
        raise SpecError(
            f"no corpus called {corpus!r}{suggest(corpus, known)} Known: {', '.join(known)}. "
            "A spec of your own is given as a file: FILE.yaml, or --spec FILE.yaml where there is "
            "that option."
        )
    return SHIPPED / f"{corpus}.yaml"


def load_specs(
    corpora: Sequence[str] = (), spec_files: Sequence[str | Path] = ()
) -> list[CorpusSpec]:
    """Loads shipped specs by id, and specs of the user's own by file.

    Args:
        corpora: Ids of shipped specs. Without any, all of them, unless ``spec_files`` are given.
        spec_files: Spec files of the user's own; one with the id of a shipped spec replaces it.

    Returns:
        The specs, sorted by id.

    Raises:
        SpecError: A spec is invalid, unknown or given twice.
    """
    own: dict[str, CorpusSpec] = {}
    for file in spec_files:
        spec = load_spec(file)
        if spec.id in own:
            raise SpecError(
                f"{file}: corpus {spec.id!r} is already described by another --spec file"
            )
        own[spec.id] = spec
    wanted = corpora or ([] if own else builtin_ids())
    shipped = {corpus: load_spec(builtin_file(corpus)) for corpus in wanted if corpus not in own}
    return [spec for _, spec in sorted((shipped | own).items())]


def load_spec(file: str | Path) -> CorpusSpec:
    """Reads and checks one spec file.

    Raises:
        SpecError: The file can't be read, is not YAML, or breaks the language; every fault is
            listed with its line.
    """
    return load_yaml(file, CorpusSpec)


def load_yaml(file: str | Path, model: type[Model]) -> Model:
    """Reads a YAML file into a model, scalars as written.

    Raises:
        SpecError: As :func:`load_spec`.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{path}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: is not UTF-8 text: {error}") from None
    try:
        node = yaml.compose(text, Loader=_TextLoader)
        lines = dict(_lines(node, path)) if node else {}
        data = yaml.load(text, Loader=_TextLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SpecError(f"{path}:{line}: not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = repr(text[error.position])
        raise SpecError(f"{path}:{line}: not YAML: the character {found}; delete it") from None
    except RecursionError:
        raise SpecError(f"{path}: nested too deeply, or an alias stands in itself") from None
    if not isinstance(data, dict):
        found = "nothing" if data is None else f"a {type(data).__name__}"
        raise SpecError(f"{path}:1: expected `key: value` lines, found {found}")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SpecError("\n".join(_explain(path, lines, error, model))) from None


def suggest(word: str, known: Iterable[str]) -> str:
    """``"; did you mean …?"`` where a known word is near, else a full stop."""
    words = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    return f"; did you mean {words[near[0]]!r}?" if near else "."


def _lines(node: yaml.Node, path: Path, location: Location = ()) -> Iterable[tuple[Location, int]]:
    """Line of every key and item below a node.

    Raises:
        SpecError: A key is no word, or stands twice.
    """
    yield location, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise SpecError(
                    f"{path}:{line}: a {key.id} stands where a key should; put text that begins "
                    "with `{` or `[` in quotes"
                )
            if key.value in seen:
                raise SpecError(
                    f"{path}:{line}: the key {key.value!r} stands twice (first on line "
                    f"{seen[key.value]}); keep one"
                )
            seen[key.value] = line
            yield from _lines(value, path, (*location, key.value))
            yield (*location, key.value), line
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, path, (*location, index))


def _explain(
    path: Path, lines: dict[Location, int], error: ValidationError, model: type[BaseModel]
) -> list[str]:
    """One line for every fault, in the order of the file: line, key, what is wrong, what to do."""
    faults: dict[str, int] = {}
    for fault in error.errors(include_url=False):
        location = locate(fault)
        message = describe_validation_error(fault, model)
        if not location and (named := re.match(r"`([\w.]+)`", message)):
            location = tuple(named[1].split("."))
        place: Location = ()
        for part in location:
            if (*place, part) in lines:  # pydantic also names its own classes on the way
                place = (*place, part)
        key = ".".join(map(str, place))
        if fault["type"] == "extra_forbidden":
            known = sorted(known_keys_at(location[:-1], model))
            hint = suggest(str(location[-1]), known)
            message = f"unknown key{hint}" + (f" Known: {', '.join(known)}" if hint == "." else "")
        elif fault["type"] == "missing":
            key, message = ".".join(map(str, (*place, location[-1]))), "is missing"
        text = f"{key}: {message}" if key and not message.startswith("`") else message
        faults.setdefault(text, lines.get(place, 1))
    in_order = sorted(faults.items(), key=lambda fault: fault[1])
    return [f"{path}:{line}: {text}" for text, line in in_order]
