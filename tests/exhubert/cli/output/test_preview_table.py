"""The table of a dry run."""

import pytest

from exhubert.cli.output.preview_table import print_preview
from pipeline.checks.build_preview import CorpusPreview, Preview, ShardCounts, SplitPreview
from pipeline.schema.record import SPLITS


def test_what_would_be_written_reused_and_read(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = CorpusPreview(
        corpus="tones",
        found=1_200,
        to_write=1_190,
        excluded={"other": 10},
        rejected={},
        splits={split: SplitPreview(100, 2, 1) for split in SPLITS},
        reused=ShardCounts(1, 1_000),
        relabelled=ShardCounts(),
        decoded=ShardCounts(2, 190),
        bytes_to_read=2_000_000,
        stale=1,
        compared=[],
    )
    print_preview(Preview("dataset", [corpus], ["bells"]))
    shown = capsys.readouterr().out
    for words in ("1,190", "1,000 (1)", "190 (2)", "100 (2 sp.)", "2.0 MB", "excluded: other 10"):
        assert words in shown
    assert "1 shard of an earlier build would be removed" in shown
    assert "Not built, and kept as they are: bells" in shown
    assert "Nothing was written to dataset" in shown
