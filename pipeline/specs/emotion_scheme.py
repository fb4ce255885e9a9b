"""The shared emotion categories: what ``corpora_specs/emotions.yaml`` states."""

from functools import cache
from itertools import chain

from pydantic import Field, model_validator

from pipeline.common.errors import UsageError
from pipeline.common.spec_model import SpecModel
from pipeline.common.suggest import suggest
from pipeline.schema.record import ClassName
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.yaml_reader import load_yaml


class Category(SpecModel):
    """One line of ``emotions.yaml``: the six-class name of a category, and its sources."""

    class_name: ClassName = Field(alias="class")
    sources: list[str]
    note: str | None = None


class EmotionScheme(SpecModel):
    """The shared categories, as ``corpora_specs/emotions.yaml`` states them."""

    sources: dict[str, str]
    emotions: dict[str, Category]

    @model_validator(mode="after")
    def _sources_are_known(self) -> "EmotionScheme":
        for emotion, category in self.emotions.items():
            for source in category.sources:
                if source not in self.sources:
                    raise ValueError(f"emotions.{emotion}: unknown source {source!r}")
        return self

    def classes_of(self, emotion: str, spec: CorpusSpec) -> tuple[str | None, str | None]:
        """Arousal class and valence class of a category; None for what a spec leaves open.

        The corpus's own word comes first: its ``classes``, then the ``categories`` it defines.
        """
        if emotion in spec.categories and emotion not in spec.classes:
            return spec.categories[emotion].classes
        name = spec.classes.get(emotion) or self.emotions[emotion].class_name
        arousal, _, valence = name.partition("_")
        return arousal, valence

    def check(self, spec: CorpusSpec) -> None:
        """Checks that a spec names only known categories, and defines none that is known.

        Raises:
            UsageError: It does not; the message suggests the nearest category.
        """
        if known := sorted(spec.categories.keys() & self.emotions.keys()):
            raise UsageError(
                f"corpus {spec.id}: `categories` defines {known[0]!r}, which emotions.yaml has; "
                "give it other classes by `classes`"
            )
        named = {
            "emotions": spec.emotions.values(),
            "classes": spec.classes,
            "votes": set(spec.votes.values()) - set(spec.exclude.values()),
            "expected.emotions": spec.expected.emotions,
            "expected.editions": chain.from_iterable(e.emotions for e in spec.expected.editions),
        }
        for key, categories in named.items():
            for category in categories:
                if category not in self.emotions and category not in spec.categories:
                    own = "; `categories` can define it"
                    hint = suggest(category, [*self.emotions, *spec.categories], otherwise=own)
                    raise UsageError(
                        f"corpus {spec.id}: `{key}` names the category {category!r}, which "
                        f"emotions.yaml does not have{hint}"
                    )


@cache
def emotion_scheme() -> EmotionScheme:
    """The shipped scheme."""
    return load_yaml(SHIPPED_SPECS / "emotions.yaml", EmotionScheme)
