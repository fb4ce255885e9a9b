"""What a report says of a dataset in a line each."""

from pipeline.dataset.report.summary import Totals, assurances, durations, headline, hours
from tests.support.manifests import manifest


def test_numbers_at_the_top_are_sums_over_corpora() -> None:
    dataset = manifest()
    corpora = dataset.corpora.values()
    totals = Totals.of(dataset)
    assert totals.found == sum(corpus.found for corpus in corpora)
    assert dict(headline(dataset, totals))["utterances"] == str(dataset.written)
    assert sum(totals.labels.values()) == sum(sum(one.labels.values()) for one in corpora)
    assert sum(durations(dataset)) == sum(sum(one.durations.counts) for one in corpora)


def test_terms_that_hold_the_whole_back_are_told() -> None:
    held_back = [words for holds, words in assurances(manifest(redistribute=False)) if not holds]
    assert any("terms forbid it for" in words for words in held_back)
    assert not any("terms" in words for _, words in assurances(manifest(redistribute=True)))


def test_short_datasets_have_hours_with_decimals() -> None:
    assert [hours(value) for value in (0.034, 9.99, 12.345, 1234.5)] == [
        "0.03",
        "9.99",
        "12.3",
        "1,234.5",
    ]
