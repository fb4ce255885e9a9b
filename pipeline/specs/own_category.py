"""Categories that a spec defines itself, and their arousal and valence classes."""

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.common.spec_model import SpecModel
from pipeline.schema.record import ClassName


class OwnCategory(SpecModel):
    """``{class: low_positive}``, ``{arousal: high}`` or ``{valence: negative, note: …}``."""

    class_name: ClassName | None = Field(None, alias="class")
    arousal: Literal["low", "high"] | None = None
    valence: Literal["negative", "neutral", "positive"] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _states_classes_once(self) -> Self:
        if self.class_name and (self.arousal or self.valence):
            raise ValueError("`class` says arousal and valence already; keep one of them")
        if not (self.class_name or self.arousal or self.valence):
            raise ValueError(
                "expected its classes: `class`, such as low_positive, or what is known of it, "
                "`arousal` (low, high) or `valence` (negative, neutral, positive)"
            )
        return self

    @property
    def classes(self) -> tuple[str | None, str | None]:
        """Its arousal class and its valence class; None for what is not known."""
        if self.class_name:
            arousal, _, valence = self.class_name.partition("_")
            return arousal, valence
        return self.arousal, self.valence
