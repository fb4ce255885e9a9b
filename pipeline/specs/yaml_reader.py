"""Reads YAML into pydantic models: scalars as written, faults with file and line."""

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.common.errors import UsageError
from pipeline.common.spelling import compose
from pipeline.common.suggest import suggest
from pipeline.common.validation_messages import describe_validation_error, known_keys_at, locate

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]

_TAGS = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
"""The only plain scalars that are more than text: null and the merge key ``<<``."""

_KNOWN_TAGS = _TAGS | {f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str")}

_LARGEST = 1_000_000
"""Largest size of a file, in bytes; the longest shipped one has 20,000."""

_MOST_NODES = 100_000
"""Most keys and values of a file after its aliases are expanded."""


class SpecError(UsageError):
    """A spec file is not valid. Names the file, the line, what was found and what was expected."""


class _TextLoader(yaml.SafeLoader):
    """Safe loader that leaves scalars as written: ``01``, ``no``, ``1e5`` are codes, not numbers.

    Pydantic turns text into numbers and truth values where a field wants them.
    """


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_yaml(file: str | Path, model: type[Model]) -> Model:
    """Reads a YAML file into a model, scalars as written.

    Raises:
        SpecError: The file can't be read, is not YAML, or does not fit the model; every fault is
            listed with its line.
    """
    path = Path(file)
    try:
        content = _read_content(path)
    except OSError as error:
        raise SpecError(f"{path}: can't be read: {error.strerror or error}") from None
    return parse_yaml(content, str(path), model)


def parse_yaml(content: bytes, path: str, model: type[Model]) -> Model:
    """As :func:`load_yaml`, of content that was read from a path or a URL.

    Raises:
        SpecError: As for :func:`load_yaml`.
    """
    if len(content) > _LARGEST:
        raise SpecError(f"{path}: larger than the {_LARGEST:,} bytes that are read of such a file")
    try:
        text = compose(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: is not UTF-8 text: {error}") from None
    try:
        lines, data = _parse(text, path)
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


def _read_content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise SpecError(f"{path}: can't be read: expected a file, found {what}")
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)


def _parse(text: str, path: str) -> tuple[dict[Location, int], Any]:
    """Line of every key and item, and the data.

    Raises:
        SpecError: A tag is not one of text, lists and mappings, or aliases make the file endless.
    """
    loader = _TextLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, None
        if _size(node, path, {}) > _MOST_NODES:
            raise SpecError(
                f"{path}: its aliases come to more than {_MOST_NODES:,} keys and values; write out "
                "what is meant"
            )
        return dict(_lines(node, path)), loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, path: str, sizes: dict[int, int]) -> int:
    """Number of nodes below a node, those of an alias counted wherever it stands."""
    if node.tag not in _KNOWN_TAGS:
        raise SpecError(
            f"{path}:{node.start_mark.line + 1}: not YAML of a spec: the tag {node.tag!r}; write "
            "the value without it"
        )
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = 0
        below = (
            chain.from_iterable(node.value) if isinstance(node, yaml.MappingNode) else node.value
        )
        sizes[id(node)] = 1 + sum(_size(child, path, sizes) for child in below)
    return sizes[id(node)]


def _lines(node: yaml.Node, path: str, location: Location = ()) -> Iterable[tuple[Location, int]]:
    """Line of every key and item below a node.

    Raises:
        SpecError: A key is not text, or occurs twice.
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
    path: str, lines: dict[Location, int], error: ValidationError, model: type[BaseModel]
) -> list[str]:
    """One line for every fault, in the order of the file: line, key, what is wrong, what to do."""
    faults: dict[str, int] = {}
    for fault in error.errors(include_url=False):
        location = locate(fault)
        message = describe_validation_error(fault, model)
        if not location and (named := re.match(r"`([\w.]+)`", message)):
            location = tuple(named[1].split("."))
        path_to: Location = ()
        for part in location:
            if (*path_to, part) in lines:  # pydantic also names its own classes on the way
                path_to = (*path_to, part)
        key = ".".join(map(str, path_to))
        if fault["type"] == "extra_forbidden":
            known = sorted(known_keys_at(location[:-1], model))
            hint = suggest(str(location[-1]), known, otherwise=".")
            message = f"unknown key{hint}" + (f" Known: {', '.join(known)}" if hint == "." else "")
        elif fault["type"] == "missing":
            key, message = ".".join(map(str, (*path_to, location[-1]))), "is missing"
        text = f"{key}: {message}" if key and not message.startswith("`") else message
        faults.setdefault(text, lines.get(path_to, 1))
    in_order = sorted(faults.items(), key=lambda fault: fault[1])
    return [f"{path}:{line}: {text}" for text, line in in_order]
