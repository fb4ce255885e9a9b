import itertools

import pytest

from pipeline.specs.licence_terms import HUB_LICENCES
from training.finetuning.model_licence import model_licence


@pytest.mark.parametrize(
    ("licences", "found"),
    [
        (["CC0-1.0"], "cc0-1.0"),
        (["Apache-2.0", "MIT", "CC0-1.0"], "apache-2.0"),
        (["Apache-2.0", "CC-BY-4.0"], "cc-by-4.0"),
        (["Apache-2.0", "CC-BY-4.0", "CC-BY-NC-4.0"], "cc-by-nc-4.0"),
        (["Apache-2.0", "CC-BY-SA-4.0"], "cc-by-sa-4.0"),
        (["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"], "cc-by-nc-sa-4.0"),
        (["CC-BY-SA-4.0", "CC-BY-NC-4.0"], None),  # the one allows commerce to everybody
        (["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"], None),
        (["ODbL-1.0", "CC-BY-SA-4.0"], None),
        (["CC-BY-ND-4.0"], None),
        (["CC-BY-4.0", "EULA"], None),
        ([], None),
    ],
)
def test_the_mildest_that_goes_with_all(licences: list[str], found: str | None) -> None:
    assert model_licence(licences) == found


@pytest.mark.parametrize("pair", list(itertools.combinations(HUB_LICENCES, 2)))
def test_two_that_forbid_commerce_never_allow_it_together(pair: tuple[str, str]) -> None:
    together = model_licence(pair)
    if together is not None and any("NC" in name for name in pair):
        assert "nc" in together
