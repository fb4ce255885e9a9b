"""The reference of the spec language, from the JSON Schema of its models."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docs.generate.markdown import block, code, page, prose, table

Schema = Mapping[str, Any]

_ROOT = "CorpusSpec"

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
}


def spec_reference(schema: Schema, guide: str) -> str:
    """A section for each model, a row for each key.

    Args:
        schema: JSON Schema of :class:`~pipeline.specs.corpus_spec.CorpusSpec`.
        guide: The text of ``docs/specs.md``, which teaches the language: keys are linked to it.
    """
    models = schema["$defs"]
    taught = taught_keys(guide)
    return page(
        "# Spec reference",
        "Every key of a spec, with its type and default, from the models that check it. "
        "[Corpus specs](specs.md) teaches the language. Editors take it as JSON Schema:",
        block("exhubert corpora schema > spec.schema.json"),
        "## The spec",
        _keys(schema, models, taught),
        *(
            f"## {name}\n\n{_described(one)}\n\n{_keys(one, models, {})}"
            for name, one in _parts(models)
        ),
    )


def type_of(schema: Schema) -> str:
    """The type of a value, for people; models are links.

    >>> type_of({"type": "array", "items": {"type": "string"}})
    'list of text'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema or "const" in schema:
        return ", ".join(code(one) for one in schema.get("enum", [schema.get("const")]))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kinds = [type_of(one) for one in schema[key] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "prefixItems" in schema:
        return f"[{', '.join(map(type_of, schema['prefixItems']))}]"
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if schema.get("type") == "object":
        return f"mapping to {type_of(schema.get('additionalProperties') or {})}"
    return _WORDS.get(str(schema.get("type")), "any value")


def taught_keys(guide: str) -> dict[str, tuple[str, str]]:
    """Key → anchor of the section of the guide that teaches it, and what is said there in short.

    That is the section whose heading names the key, else the first whose table does.
    """
    sections = list(_sections(guide))
    said = {
        key: told
        for _, text in sections[::-1]
        for keys, told in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.+) \|$", text, re.M)
        for key in re.findall(r"\w+", keys)
    }
    taught: dict[str, tuple[str, str]] = {}
    for title, _ in sections:
        for key in re.findall(r"`(\w+)", title):
            taught.setdefault(key, (_slug(title), title.partition(": ")[2]))
    for title, text in sections:
        for key in said:
            if re.search(rf"^\| [^|]*`{key}`[^|]* \|", text, re.M):
                taught.setdefault(key, (_slug(title), said[key].replace("](#", "](specs.md#")))
    return taught


def _sections(guide: str) -> Iterator[tuple[str, str]]:
    _, _, keys = guide.partition("\n## The keys\n")
    parts = re.split(r"^(#{2,3}) (.+)$", keys, flags=re.M)
    yield from zip(parts[2::3], parts[3::3], strict=True)


def _slug(title: str) -> str:
    """The anchor that both GitHub and the site give a heading."""
    return re.sub(r"[\s]", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


def _parts(models: Schema) -> list[tuple[str, Schema]]:
    return sorted(models.items())


def _described(model: Schema) -> str:
    text = re.sub(r"``(.+?)``", r"`\1`", model.get("description", ""))
    return "\n\n".join(map(prose, text.split("\n\n")))


def _keys(model: Schema, models: Schema, taught: Mapping[str, tuple[str, str]]) -> str:
    required = model.get("required", [])
    rows = []
    for key, value in model.get("properties", {}).items():
        anchor, said = taught.get(key, ("", ""))
        name = f"[{code(key)}](specs.md#{anchor})" if anchor else code(key)
        default = "**required**" if key in required else _default(value)
        rows.append([name, type_of(value), default, prose(_meaning(value, models)) or said])
    return table(["key", "type", "default", "meaning"], rows)


def _meaning(value: Schema, models: Schema) -> str:
    """What a key means by its own word, else by that of the one model that it holds."""
    if "description" in value:
        return str(value["description"])
    found = re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(value))
    if len(found) != 1:
        return ""
    return re.sub(r"``(.+?)``", r"`\1`", models[found[0]].get("description", "").split("\n\n")[0])


def _default(value: Schema) -> str:
    default = value.get("default")
    if default in (None, [], {}):
        return ""
    shown: object = default
    if isinstance(default, Mapping):
        shown = ", ".join(f"{key}: {value}" for key, value in default.items() if value)
    elif isinstance(default, Sequence) and not isinstance(default, str):
        shown = ", ".join(map(str, default))
    return code(json.dumps(shown) if isinstance(shown, bool) else shown)
