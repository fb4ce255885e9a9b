"""Pieces of Markdown: tables, lists, code."""

import re
from collections.abc import Iterable, Mapping, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars outside of code are escaped, line breaks joined. Nothing without rows.

    >>> print(table(["code", "category"], [["A", "anger"]]))
    | code | category |
    |---|---|
    | A | anger |
    <BLANKLINE>
    """
    lines = [" | ".join(map(_cell, row)) for row in rows]
    if not lines:
        return ""
    head = [" | ".join(headings), "|".join("---" for _ in headings)]
    return f"| {head[0]} |\n|{head[1]}|\n" + "".join(f"| {line} |\n" for line in lines)


def facts(named: Mapping[str, str | None]) -> str:
    """A table without headings of what is known; names without a value are left out."""
    rows = [[f"**{name}**", value] for name, value in named.items() if value]
    return table(["", ""], rows)


def code(text: object) -> str:
    """Inline code, whatever backticks the text has."""
    longest = max((len(run) for run in re.findall("`+", str(text))), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def codes(values: Iterable[object]) -> str:
    """Inline code, with commas between."""
    return ", ".join(map(code, values))


def block(text: str, language: str = "") -> str:
    """A block of code, fenced so that no fence within ends it."""
    longest = max((len(run) for run in re.findall("^`{3,}", text, re.M)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "".join(f"- {line}\n" for line in lines)


def prose(text: str) -> str:
    r"""Text from a spec as it is: what Markdown or HTML would take for its own is escaped.

    >>> print(prose("the tag <laugh> stays, as does `code` and A_b*"))
    the tag &lt;laugh> stays, as does `code` and A_b\*
    """
    parts = re.split(r"((?<!`)`[^`]+`(?!`)|https?://[^\s,;)`<>]+)", text)
    for index, part in enumerate(parts):
        if index % 2 and part.startswith("http"):
            parts[index] = f"<{part.rstrip('.')}>" + "." * part.endswith(".")
        elif index % 2 == 0:
            escaped = part.replace("&", "&amp;").replace("<", "&lt;")
            parts[index] = re.sub(r"([\\`*\[\]#]|(?<!\w)_|_(?!\w))", r"\\\1", escaped)
    return "".join(parts)


def link(text: str, url: str | None) -> str:
    """A link where there is a URL, else the text."""
    return f"[{text}](<{url}>)" if url else text


def page(*parts: str) -> str:
    """Parts of a page with an empty line between; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def section(title: str, *parts: str) -> str:
    """Parts under a heading of the second level; nothing where all are empty."""
    return page(f"## {title}", *parts) if any(part.strip() for part in parts) else ""


def _cell(text: str) -> str:
    parts = re.split(r"(`+[^`]+`+)", " ".join(text.split()))
    return "".join(part if "`" in part else part.replace("|", "&#124;") for part in parts)
