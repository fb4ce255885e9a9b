"""The dataset card: a README that people read and the Hugging Face hub understands."""

from collections.abc import Iterator
from importlib.resources import files

import jinja2
from markupsafe import Markup

from pipeline.common.count import count
from pipeline.common.untrusted_text import markdown, markdown_link, printable
from pipeline.dataset.citations import to_bibtex
from pipeline.dataset.front_matter import make_front_matter
from pipeline.dataset.manifest import Manifest
from pipeline.schema.record import CLASSES, SPLITS


def make_card(manifest: Manifest) -> str:
    """Dataset card of a manifest: YAML front matter, then tables and terms."""
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, finalize=_as_text
    )
    environment.filters["count"] = count
    environment.filters["link"] = lambda text, address: Markup(markdown_link(text, address))
    source = files("pipeline.dataset").joinpath("card.md.jinja").read_text(encoding="utf-8")
    template = environment.from_string(source)
    card: str = template.render(
        front_matter=Markup(make_front_matter(manifest)),
        citations=[Markup(entry) for entry in _citations(manifest)],
        manifest=manifest,
        splits=SPLITS,
        classes=CLASSES,
    )
    return f"{card}\n"


def _citations(manifest: Manifest) -> Iterator[str]:
    """BibTeX of every corpus, for a block of code."""
    for name, corpus in manifest.corpora.items():
        yield printable(to_bibtex(name, corpus.name, corpus.citation))


def _as_text(value: object) -> object:
    """Whatever the template writes, as text, but Markdown that is marked as such."""
    return markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
