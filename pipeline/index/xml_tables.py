"""Tables in XML, as nested data: attributes and elements alike are keys."""

from typing import Any
from xml.parsers import expat

from pipeline.common.errors import DataError
from pipeline.common.nested_values import VALUE

_DEEPEST = 100


def parse_xml(content: bytes, where: str) -> Any:
    """Content of the root element.

    An element is a mapping of its attributes and of the elements in it, by name without namespace;
    names that occur several times hold a list. One that holds nothing but text is that text; other
    text is the key ``_value``.

    Args:
        content: Content of the file; it states its encoding itself.
        where: Name of the file in errors.

    Raises:
        DataError: It is not XML, defines entities, or is nested too deeply.
    """
    builder = _Builder(where)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise DataError(f"{where}:{error.lineno}: not XML: {reason}") from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise DataError(f"{where}: not XML: {error}") from None
    return builder.root


class _Builder:
    """Gathers what elements hold, from the events of a parser."""

    def __init__(self, where: str) -> None:
        self.root: Any = None
        self._where = where
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise DataError(f"{self._where}: nested too deeply for a table")
        self._open.append((_local(name), {_local(key): v for key, v in attributes.items()}, []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _: str) -> None:
        name, found, texts = self._open.pop()
        text = "".join(texts).strip()
        if found and text:
            found[VALUE] = text
        value = found or text
        if self._open:
            _add(self._open[-1][1], name, value)
        else:
            self.root = value

    def entity(self, name: str, *_: Any) -> None:
        raise DataError(f"{self._where}: defines the entity {name!r}, which no table needs")


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
