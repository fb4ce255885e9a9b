"""The dataset card: a README that people read and the Hugging Face hub understands."""

from importlib.resources import files

import jinja2
import yaml
from markupsafe import Markup

from pipeline.common.count import count
from pipeline.common.foreign_text import markdown, markdown_link
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
    front_matter = yaml.safe_dump(_front_matter(manifest), sort_keys=False, allow_unicode=True)
    card: str = template.render(
        front_matter=Markup(front_matter), manifest=manifest, splits=SPLITS, classes=CLASSES
    )
    return card


def _as_text(value: object) -> object:
    """Whatever the template writes, as text, but Markdown that is marked as such."""
    return markdown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _front_matter(manifest: Manifest) -> dict[str, object]:
    configs: list[dict[str, object]] = [
        {"config_name": "all", "default": True, "data_files": _data_files("*", manifest, None)}
    ]
    for corpus in manifest.corpora:
        if data_files := _data_files(corpus, manifest, corpus):
            configs.append({"config_name": corpus, "data_files": data_files})
    languages = {code.split("-")[0] for c in manifest.corpora.values() for code in c.languages}
    return {
        "pretty_name": manifest.title,
        "version": manifest.version,
        "language": sorted(languages),
        "license": "other",
        "license_name": "see-the-table-of-corpora",
        "task_categories": ["audio-classification"],
        "tags": ["speech-emotion-recognition"],
        "configs": configs,
    }


def _data_files(folder: str, manifest: Manifest, corpus: str | None) -> list[dict[str, str]]:
    """Where each split that has rows lies, of one corpus or of all."""
    corpora = [manifest.corpora[corpus]] if corpus else list(manifest.corpora.values())
    return [
        {"split": split, "path": f"data/{folder}/{split}-*.parquet"}
        for split in SPLITS
        if any(entry.splits[split].utterances for entry in corpora)
    ]
