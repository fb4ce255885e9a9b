import pytest

from pipeline.specs.loader import load_specs
from pipeline.specs.spec_filter import SpecFilter

SPECS = load_specs(["emo_db", "crema_d", "iemocap", "casia"])


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (SpecFilter(), ["casia", "crema_d", "emo_db", "iemocap"]),
        (SpecFilter(languages=["en"]), ["crema_d", "iemocap"]),
        (SpecFilter(languages=["EN-us", "de"]), ["crema_d", "emo_db", "iemocap"]),
        (SpecFilter(languages=["e"]), []),
        (SpecFilter(access=["open"]), ["crema_d", "emo_db"]),
        (SpecFilter(redistributable=True), ["crema_d", "emo_db"]),
        (SpecFilter(collections=["@serab"]), ["crema_d", "emo_db", "iemocap"]),
        (SpecFilter(collections=["serab"], languages=["de"]), ["emo_db"]),
        (SpecFilter(ids=["casia"]), ["casia"]),
    ],
)
def test_specs_meet_all_conditions(chosen: SpecFilter, ids: list[str]) -> None:
    assert [spec.id for spec in chosen.select(SPECS)] == ids
