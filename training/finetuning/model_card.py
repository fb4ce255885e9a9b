"""The card of a trained model: what it was trained on, how well it does, and how it is used."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.common.untrusted_text import code, markdown
from pipeline.schema.record import CLASSES
from pipeline.specs.licence_terms import Kind, mix_terms
from pipeline.splits.protocols.protocol import BY_NAME
from training.finetuning.card_metadata import all_licences, card_metadata
from training.finetuning.model_licence import model_licence
from training.metrics.intervals import FEW_NOTE, is_few, show_interval
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE, marked

_ASKED: tuple[Kind, ...] = ("commercial_use", "changes", "share_alike", "attribution")
"""What of the terms of a corpus may hold for a model."""


def model_card(provenance: dict[str, Any]) -> str:
    """The README.md of a trained model: YAML front matter and text."""
    dataset, recipe = provenance["dataset"], provenance["recipe"]
    base = recipe["model"]["base"]
    validation = provenance["validation"]
    parameters = provenance["parameters"]
    lines = [
        "---",
        card_metadata(provenance).to_yaml(),
        "---",
        f"# ExHuBERT, recipe `{code(recipe['name'])}`",
        "",
        f"{_classes(provenance)} {parameters['total']:,} parameters, "
        f"{parameters['trainable']:,} of them trained, starting from "
        f"{f'`{code(base)}`' if base else 'random weights'}.",
        *_heads(**provenance["heads"]),
        "",
        "## Use",
        "```bash",
        "exhubert predict --model THIS_FOLDER speech.wav",
        "```",
        "or in Python:",
        "```python",
        "from exhubert import Classifier",
        "",
        'Classifier.from_pretrained("THIS_FOLDER").predict("speech.wav")',
        "```",
        "Input is 16 kHz mono, each clip scaled to zero mean and unit variance.",
        "",
        "## Results",
        *_results(validation, dataset["corpora"]),
        "",
        "## Training data",
        f"Dataset `{code(dataset['name'])}`, manifest sha256 `{dataset['manifest_sha256']}`."
        f"{_languages(dataset['languages'])}",
        "",
        "| corpus | train | validation | licence |",
        "|---|---|---|---|",
        *(
            f"| {markdown(corpus)} | {splits.get('train', 0)} | {splits.get('validation', 0)} "
            f"| {markdown(', '.join(dataset['licences'][corpus]))} |"
            for corpus, splits in dataset["corpora"].items()
        ),
        "",
        "## Licence",
        *_licence(provenance),
        "",
        "`training_config.yaml` holds every setting, `provenance.json` versions and scores.",
        "",
    ]
    return "\n".join(lines)


def _classes(provenance: dict[str, Any]) -> str:
    """The classes that the model tells apart, and what it was trained on if not all rows."""
    classes = provenance.get("labels", CLASSES)
    if not classes:
        text = "Ratings of speech emotion, and no classes."
    elif tuple(classes) == CLASSES:
        text = (
            "Six classes of speech emotion: arousal (low, high) × valence (negative, neutral, "
            "positive)."
        )
    else:
        text = f"Classes of speech emotion: {markdown(', '.join(classes))}."
    data = provenance["recipe"].get("data", {})
    if data.get("protocol"):
        fold = markdown(data["fold"].removeprefix(BY_NAME))
        text += f" Trained in fold {fold} of protocol `{code(data['protocol'])}`."
    if data.get("where"):
        text += f" Trained on rows where `{code(data['where'])}`."
    return text


def _languages(codes: Sequence[str]) -> str:
    return f" Languages: {markdown(', '.join(codes))}." if codes else ""


def _licence(provenance: dict[str, Any]) -> list[str]:
    """The licence that was computed, from which terms, and what those ask for."""
    dataset, base = provenance["dataset"], provenance["base_licence"]
    licence = model_licence(all_licences(provenance))
    stated = {
        corpus: (", ".join(names), dataset["redistribute"][corpus])
        for corpus, names in dataset["licences"].items()
    }
    if base:
        stated["the base"] = (base, True)
    terms = mix_terms(stated)
    lines = [
        f"`{licence}`, the mildest that goes with the licences of the base and of all corpora."
        if licence
        else "No licence is known to go with those of the base and of all corpora: what each asks "
        "for holds.",
        "Whether weights are bound by the terms of what they were trained on is not settled; this "
        "was computed from names of licences, and is no legal advice.",
        "",
    ]
    asked = [terms[kind] for kind in _ASKED if terms[kind].corpora]
    return [*lines, *(f"- {term.words}: {markdown(', '.join(term.corpora))}" for term in asked)]


def _heads(emotions: Sequence[str], dimensions: Sequence[str]) -> list[str]:
    """The further heads of the model, if there are any."""
    lines = []
    if emotions:
        lines.append(f"Emotion categories: {markdown(', '.join(emotions))}.")
    if dimensions:
        lines.append(f"Ratings in [0, 1]: {', '.join(dimensions)}.")
    return ["", *lines] if lines else []


def _results(
    validation: dict[str, Any] | None, corpora: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """The validation scores as a Markdown table; corpora have counts of their splits."""
    if validation is None:
        return ["The dataset has no validation split: the last state was kept, nothing measured."]
    if validation["overall"] is None:
        chosen = "Validation split, whose mean CCC also chose the checkpoint."
        return [chosen, *_head_results(validation["heads"])]
    rows = {**validation["corpora"], "all": validation["overall"]}
    not_trained_on = {
        corpus for corpus in validation["corpora"] if not corpora[corpus].get("train")
    }
    notes = [f"{FEW_NOTE}."] if any(map(_few, rows.values())) else []
    notes += [f"{NOT_TRAINED_ON_NOTE}."] if not_trained_on else []
    return [
        "Validation split, which also chose the checkpoint; in per cent, the interval is over "
        "speakers (95 %, bootstrap).",
        "",
        "| corpus | utterances | UAR | interval | WA | macro-F1 | chance |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {markdown(marked(corpus, not_trained_on))} | {scores['utterances']} "
            f"| {100 * scores['uar']:.1f} | {_interval(scores)} "
            f"| {100 * scores['wa']:.1f} | {100 * scores['macro_f1']:.1f} "
            f"| {100 * scores['chance']:.1f} |"
            for corpus, scores in rows.items()
        ),
        *(line for note in notes for line in ("", _escaped(note))),
        *_head_results(validation.get("heads")),
    ]


def _interval(scores: dict[str, Any]) -> str:
    speakers = scores["interval_speakers"]
    return _escaped(show_interval(scores["uar_low"], scores["uar_high"], speakers, ".1f", " – "))


def _few(scores: dict[str, Any]) -> bool:
    return is_few(scores["interval_speakers"])


def _escaped(text: str) -> str:
    """A star as a star: two of them make what lies between them italic in Markdown."""
    return text.replace("*", r"\*")


def _head_results(heads: dict[str, Any] | None) -> list[str]:
    """The validation scores of further heads as a Markdown table; none without."""
    rows = []
    if heads and (emotion := heads["emotion"]):
        rows.append(f"| emotion | {emotion['utterances']} | UAR {100 * emotion['uar']:.1f} % |")
    for name, found in (heads["ratings"] if heads else {}).items():
        rows.append(f"| {name} | {found['utterances']} | CCC {found['ccc']:z.2f} |")
    return ["", "| head | utterances | score |", "|---|---|---|", *rows] if rows else []
