import pytest

from exhubert.cli.output.finding_tables import print_findings
from pipeline.dataset.duplicates.findings import LabelConflict, NearDuplicates, SamePerson
from tests.support.manifests import manifest


def test_findings_are_printed_and_long_lists_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    told = manifest().model_copy(
        update={
            "near_duplicates": NearDuplicates(
                unsearched=["bells"], groups=[[f"a/{n}", f"b/{n}"] for n in range(30)], excluded=1
            ),
            "conflicting_labels": [
                LabelConflict(
                    clips={"a/1": "anger", "b/1": "joy"}, found="equal audio", outcome="kept"
                )
            ],
            "same_person": [
                SamePerson(speakers=("a:x", "b:y"), shared=3, clips=(3, 9), splits=["train"])
            ],
        }
    )
    print_findings(told)
    out = capsys.readouterr().out
    assert "near-duplicates: 30 groups in the dataset, each in one split, 1 clip left out" in out
    assert "not compared as they are now: bells" in out
    assert out.count("the same recording") == 19
    assert "and 11 more: manifest.json lists all" in out
    assert "equal audio, kept: a/1 (anger), b/1 (joy)" in out
    assert "a:x (3 clips) and b:y (9 clips) share 3 clips; in train" in out


def test_a_dataset_that_was_never_searched_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(manifest())
    assert "near-duplicates: not looked for" in capsys.readouterr().out
