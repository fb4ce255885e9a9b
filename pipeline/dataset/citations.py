"""Citations as BibTeX, from the prose in which specs state them."""

import re
from collections.abc import Iterator

_DOI = re.compile(r"\bdoi:\s*(10\.\d+/[^\s;,]*[^\s;,.])", re.IGNORECASE)
_ARXIV = re.compile(r"\barXiv:\s*(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19[5-9]\d|20\d\d)\b")
_GROUPING = str.maketrans("[]{}`", "()()'")  # what BibTeX or Markdown would take for its own
_SPECIAL = re.compile(r"[\\&%$#_^~]")


def to_bibtex(key: str, name: str, citation: str) -> str:
    """An entry for one corpus.

    Authors and title stay in one note, as the corpus states them: prose has no fields to rely on.
    Brackets and braces become parentheses.

    Args:
        key: Citation key.
        name: Name of the corpus, its title.
        citation: One line of prose.
    """
    fields = "\n".join(f"  {field} = {{{value}}}," for field, value in _fields(name, citation))
    return f"@misc{{{key},\n{fields}\n}}"


def _fields(name: str, citation: str) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{_text(name)}}}"
    doi, arxiv = _DOI.search(citation), _ARXIV.search(citation)
    prose = _ARXIV.sub(" ", _DOI.sub(" ", citation))
    if years := _YEAR.findall(prose):
        yield "year", years[-1]
    if doi:
        yield "doi", doi[1].translate(_GROUPING)
    if arxiv:
        yield "eprint", arxiv[1]
        yield "archiveprefix", "arXiv"
    yield "note", _text(citation)


def _text(prose: str) -> str:
    """Prose without commands of TeX."""
    line = " ".join(prose.split()).translate(_GROUPING)
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), line)


_ESCAPES = {"\\": "/", "^": r"\^{}", "~": r"\~{}"}
