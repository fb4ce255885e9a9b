"""What a check prints below its table."""

from dataclasses import replace

import pytest

from exhubert.cli.output.check_tables import print_checks
from pipeline.checks.corpus_check import CorpusCheck
from pipeline.dataset.published_counts import CountComparison

CHECK = CorpusCheck(
    corpus="tones",
    found=20,
    usable=17,
    excluded={"other": 1},
    rejected={"no_table_row": 2},
    speakers=2,
    unknown_speakers=0,
    emotions={"anger": 17},
    splits={"train": 17},
    split_policy="speaker-disjoint",
    speakers_in_two_splits=[],
    leaks=[],
    expected=24,
    clipped_ratings=0,
    compared=[CountComparison("utterances", 24, 17)],
    source="the paper",
    missing={},
)


def told(capsys: pytest.CaptureFixture[str], check: CorpusCheck, partial: bool = False) -> str:
    print_checks([check], partial)
    return capsys.readouterr().out


def test_whether_clips_are_excluded_or_rejected_stands_before_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = told(capsys, CHECK)
    assert "tones: excluded: other 1" in printed
    assert "tones: rejected: no_table_row 2" in printed


def test_published_counts_are_named_with_their_source(capsys: pytest.CaptureFixture[str]) -> None:
    printed = told(capsys, CHECK)
    assert "tones: found/published: utterances 17/24" in printed
    assert "source of the published counts: the paper" in printed


def test_a_part_of_a_corpus_of_unknown_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert "tones: partial, 17 of 24 utterances" in told(capsys, CHECK, partial=True)
    speakers = [CountComparison("speakers", 4, 2)]
    unsized = replace(CHECK, expected=None, compared=speakers)
    assert "tones: partial, 17 utterances" in told(capsys, unsized, partial=True)
