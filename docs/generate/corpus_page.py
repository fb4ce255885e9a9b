"""The page of one corpus, from its spec."""

from collections.abc import Sequence

from docs.generate.markdown import (
    block,
    bullets,
    code,
    codes,
    facts,
    link,
    page,
    prose,
    section,
    table,
)
from pipeline.labels import LabelMapping, label_map
from pipeline.specs.collections import collections_of
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.specs.spec_types import Example
from pipeline.specs.table_spec import TableSpec
from pipeline.splits.policies import SplitPolicy
from pipeline.splits.protocols.protocol_spec import ProtocolSpec

LAYOUTS = {
    "official": "The layout is the one that the corpus is given out in.",
    "mirror": "The layout is that of a mirror; the one of the original release is not known.",
    "assumed": "The layout was never published; the spec assumes one. Run `exhubert check` first, "
    "and correct the spec where your copy differs.",
}
"""On whose word the layout of a spec is known."""

ACCESS = {
    "open": "open",
    "registration": "after registration",
    "agreement": "by agreement",
    "purchase": "for sale",
    "never_released": "never released",
    "unknown": "unknown",
}
"""How a corpus is given out, in words."""

_EXAMPLES = 4


def corpus_page(spec: CorpusSpec, scheme: EmotionScheme, source: str, kin: Sequence[str]) -> str:
    """Everything a spec says of its corpus, in the order in which a user asks.

    Args:
        spec: The corpus.
        scheme: The shared categories.
        source: The text of the spec file.
        kin: Ids of the other corpora with the same speakers.
    """
    return page(
        f"# {prose(spec.name)}",
        prose(spec.description or ""),
        _overview(spec),
        section("Get it", _access(spec)),
        section("Layout", _layout(spec), _examples(spec.examples)),
        section("Labels", *_labels(spec, scheme)),
        section("Speakers", _speakers(spec, kin)),
        section("Splits and protocols", *_splits(spec)),
        section("Published counts", _counts(spec)),
        section("Good to know", bullets(map(prose, spec.quirks))),
        section("Licence and citation", _licence(spec), f"> {prose(spec.citation)}"),
        section(
            "The spec { data-search-exclude }",
            "`exhubert corpora validate` checks a copy of it, "
            "`exhubert build --spec` takes one. [The language](../specs.md)",
            f'??? note "corpora_specs/{spec.id}.yaml"\n\n' + _indented(block(source, "yaml")),
        ),
    )


def size(number: int | None) -> str:
    """A count for people; a dash where nobody published one."""
    return "–" if number is None else f"{number:,}"


def _overview(spec: CorpusSpec) -> str:
    passed_on = {True: "may be passed on", False: "may not be passed on", None: "not stated"}
    return facts(
        {
            "id": code(spec.id),
            "languages": ", ".join(spec.languages),
            "kind": spec.kind,
            "utterances": size(spec.expected.utterances),
            "speakers": size(spec.expected.speakers),
            "access": ACCESS[spec.access.how],
            "licence": f"{prose(spec.licence.name)}; {passed_on[spec.licence.redistribute]}",
            "collections": codes(f"@{name}" for name in collections_of(spec.id)),
            "homepage": f"<{spec.homepage}>" if spec.homepage else None,
        }
    )


def _access(spec: CorpusSpec) -> str:
    access = spec.access
    files = table(
        ["file", "bytes", "checksum"],
        [
            [
                link(prose(file.file_name), file.url),
                size(file.size),
                code(file.checksum) if file.checksum else "none published",
            ]
            for file in access.files
        ],
    )
    command = f"exhubert corpora get {spec.id} --data-root corpora\n" if access.files else ""
    where = f"Put it, as it unpacks, into the folder `corpora/{spec.id}`, then see what is there:"
    return page(
        f"**{ACCESS[access.how].capitalize()}**{f': <{access.url}>' if access.url else ''}",
        _sentence(access.note or ""),
        files,
        "One command fetches these files, another counts what is there:" if command else where,
        block(f"{command}exhubert check --data-root corpora --corpora {spec.id}"),
    )


def _layout(spec: CorpusSpec) -> str:
    rows = {f"files in which clips are rows ({key})": r.files for key, r in spec.clip_rows.items()}
    left_out = [f"{code(glob)} ({prose(reason)})" for glob, reason in spec.leave_out.items()]
    known = facts(
        {
            "clips": codes(spec.audio),
            "archives, read unpacked or not": codes(spec.archive),
            **{name: codes(files) for name, files in rows.items()},
            "no clips": codes(spec.ignore),
            "left out": ", ".join(left_out),
            "channel": _channel(spec),
        }
    )
    tables = table(
        ["table", "files", "joined on", "gives"],
        [_table_row(name, one) for name, one in spec.tables.items()],
    )
    patterns = block("\n".join(spec.path)) if spec.path else ""
    names = "What a clip's path tells; of several patterns the first that fits:" if patterns else ""
    return page(LAYOUTS[spec.layout], known, names, patterns, tables)


def _channel(spec: CorpusSpec) -> str | None:
    if spec.channel is None:
        return None
    return str(spec.channel) if isinstance(spec.channel, int) else f"by {code(spec.channel.of)}"


def _table_row(name: str, one: TableSpec) -> list[str]:
    files = one.file if isinstance(one.file, list) else [one.file]
    shown = [code(file) if isinstance(file, str) else f"by {code(file.of)}" for file in files]
    optional = "" if one.required else " (optional)"
    return [f"{name}{optional}", ", ".join(shown), codes(one.match), codes(one.take)]


def _examples(examples: Sequence[Example]) -> str:
    rows = [
        [code(one.path), one.emotion or "–", one.speaker or "–", one.gender or "–"]
        for one in examples[:_EXAMPLES]
    ]
    return table(["for example", "emotion", "speaker", "gender"], rows)


def _labels(spec: CorpusSpec, scheme: EmotionScheme) -> list[str]:
    lines = label_map(spec, scheme)
    used = sorted({source for line in lines for source in line.sources} - {"spec"})
    scales = {name: f"{low:g} to {high:g}" for name, (low, high) in spec.scales.items()}
    return [
        table(["code", "means", "category", "class", "sources"], map(_label_row, lines)),
        bullets(f"**{name}**: {prose(scheme.sources[name])}" for name in used),
        table(["rating", "native scale, mapped to 0…1"], scales.items()),
        "Votes of annotators are kept by category." if spec.votes else "",
        "The answers of single raters are kept." if spec.raters else "",
        f"Kept as they are: {codes(spec.annotations)}" if spec.annotations else "",
    ]


def _label_row(line: LabelMapping) -> list[str]:
    parts = {"arousal": line.arousal_class, "valence": line.valence_class}
    known = ", ".join(f"{name} {value}" for name, value in parts.items() if value)
    category = line.emotion or f"*left out: {prose(line.excluded or '')}*"
    source = ", ".join("this spec" if name == "spec" else name for name in line.sources)
    return [
        code(line.code) if line.code else "(empty)",
        prose(line.meaning or ""),
        category,
        line.class_name or known,
        source,
    ]


def _speakers(spec: CorpusSpec, kin: Sequence[str]) -> str:
    named = spec.speaker or ("{speaker}" if "speaker" in spec.path_fields or spec.tables else None)
    same = ", ".join(f"{code(a)} = {code(b)}" for a, b in list(spec.same_speaker.items())[:10])
    return facts(
        {
            "published": size(spec.expected.speakers),
            "told apart by": code(named) if named else "nothing",
            "gender from": code(spec.gender.of) if spec.gender else None,
            "age from": code(spec.age.of) if spec.age else None,
            "the same people as in": ", ".join(f"[{other}]({other}.md)" for other in kin),
            "one person, two ids": same,
        }
    )


def _splits(spec: CorpusSpec) -> list[str]:
    protocols = table(
        ["protocol", "folds", "by", "classes scored", "source"],
        [_protocol_row(name, one) for name, one in sorted(spec.all_protocols.items())],
    )
    notes = {name: one.note for name, one in sorted(spec.all_protocols.items()) if one.note}
    return [
        f"Train, validation and test: {spec.splits.describe()}. "
        "[How splits are drawn](../splits.md#how-a-corpus-is-split)",
        _parts(spec.splits),
        protocols,
        bullets(f"**{name}**: {prose(note)}" for name, note in notes.items()),
        "Leaving one speaker out, and folds of speakers, need no entry in the spec "
        "([protocols](../splits.md#protocols)).",
    ]


def _parts(policy: SplitPolicy) -> str:
    rows = [[code(part), split] for part, split in policy.stated_parts.items()]
    return table([f"value of {code(policy.group_field)}", "split"], rows)


def _protocol_row(name: str, one: ProtocolSpec) -> list[str]:
    folds = str(len(one.folds)) if one.folds else f"one for each {one.of}"
    scored = ", ".join(dict.fromkeys(one.classes.values())) or "the six"
    if one.unsupported:
        folds = f"can't be made: {prose(one.unsupported)}"
    return [code(name), folds, code(one.of), scored, prose(one.source or "")]


def _counts(spec: CorpusSpec) -> str:
    editions = [spec.expected, *spec.expected.editions]
    emotions = list(dict.fromkeys(name for one in editions for name in one.emotions))
    columns = [f"{index}" for index in range(1, len(editions) + 1)] if editions[1:] else ["clips"]
    counted = any(one.utterances or one.emotions for one in editions)
    rows = [
        ["**all**", *(size(one.utterances) for one in editions)],
        *([name, *(size(one.emotions.get(name)) for one in editions)] for name in emotions),
    ]
    sources = [
        f"*{number}*: {prose(one.source)}" for number, one in zip(columns, editions, strict=True)
    ]
    told = bullets(sources) if editions[1:] else f"Source: {prose(spec.expected.source)}"
    return page(table(["category", *columns], rows if counted else []), told)


def _licence(spec: CorpusSpec) -> str:
    licence = spec.licence
    note = f": {prose(licence.note)}" if licence.note else ""
    return f"{link(prose(licence.name), licence.url)}{note}."


def _sentence(text: str) -> str:
    """A note as a sentence of its own."""
    return prose(f"{text[:1].upper()}{text[1:]}" + "." * (text[-1:] not in ("", ".", "!", "?")))


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())
