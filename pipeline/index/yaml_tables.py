"""Tables in YAML: lists and mappings, scalars as written."""

from typing import Any

import yaml

from pipeline.common.errors import DataError

_DEEPEST = 100

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNKNOWN = {"", "~", "null", "Null", "NULL"}


def parse_yaml_table(text: str, where: str) -> Any:
    """Content of a YAML file: dicts, lists, text, and None where nothing is known.

    Args:
        text: Text of the file.
        where: Name of the file in errors.

    Raises:
        DataError: It is not YAML, holds several documents, a tag or an alias, is nested too
            deeply, or a key stands twice.
    """
    try:
        return _build(text, where)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(f"{where}:{line}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise DataError(f"{where}: not YAML: {str(error).partition(chr(10))[0]}") from None


def _build(text: str, where: str) -> Any:
    root: list[Any] = []
    open_now: list[_Open] = [_Open(root)]
    for event in yaml.parse(text, Loader=_Loader):
        line = f"{where}:{event.start_mark.line + 1}" if event.start_mark else where
        if isinstance(event, yaml.AliasEvent):
            raise DataError(f"{line}: not a table: the alias *{event.anchor}; write it out")
        if isinstance(event, yaml.DocumentStartEvent) and root:
            raise DataError(f"{line}: a second document; expected one, a list of rows")
        if isinstance(event, yaml.CollectionEndEvent):
            open_now.pop()
        elif isinstance(event, yaml.NodeEvent):
            tag = getattr(event, "tag", None)
            if tag not in {None, "!"}:
                raise DataError(f"{line}: not a table: the tag {tag!r}; leave it out")
            value = _value(event)
            open_now[-1].add(value, line)
            if isinstance(value, dict | list):
                open_now.append(_Open(value))
                if len(open_now) > _DEEPEST:
                    raise DataError(f"{line}: nested too deeply for a table")
    return root[0] if root else None


def _value(event: yaml.NodeEvent) -> Any:
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if not isinstance(event, yaml.ScalarEvent):
        return None
    is_plain = event.implicit[0]
    return None if is_plain and event.value in _UNKNOWN else event.value


class _Open:
    """A list or mapping that is being filled."""

    def __init__(self, into: Any) -> None:
        self._into = into
        self._key: str | None = None

    def add(self, value: Any, line: str) -> None:
        if isinstance(self._into, list):
            self._into.append(value)
        elif self._key is None:
            if isinstance(value, dict | list):
                raise DataError(f"{line}: expected a key, found a list or a mapping")
            self._key = value or ""
            if self._key in self._into:
                raise DataError(f"{line}: the key {self._key!r:.60} stands twice; keep one")
        else:
            self._into[self._key] = value
            self._key = None
