import io

import pytest
from rich.console import Console

from exhubert.cli.output.build_progress import Pace, build_progress, in_work
from pipeline.common.count import clock
from pipeline.monitoring import BuildProgress

HALF = {
    "bells": BuildProgress(100, 100),
    "tones": BuildProgress(300, 50, 50, 200.0),
    "waves": BuildProgress(100),
}
COUNTS = BuildProgress(500, 150, 50, 200.0, HALF)


def test_time_left_is_told_once_the_first_clip_is_done() -> None:
    pace = Pace()
    pace.observe(BuildProgress(found=300), 5.0)
    assert pace.describe(BuildProgress(found=300)) == "indexing: 300 clips found"
    pace.observe(BuildProgress(found=500, done=1), 10.0)
    pace.observe(COUNTS, 40.0)
    assert pace.describe(COUNTS) == (
        "200 of 500 clips, 5.0 clips/s, 7 × real time, 0:01:00 left"
    )  # fmt: skip


def test_what_was_reused_says_nothing_about_speed() -> None:
    pace = Pace()
    pace.observe(BuildProgress(500, reused=400), 1.0)
    pace.observe(BuildProgress(500, reused=400), 2.0)
    assert pace.describe(BuildProgress(500, reused=400)) == "400 of 500 clips"


def test_corpora_in_work_are_those_begun_and_not_done() -> None:
    assert list(in_work(COUNTS)) == ["tones"]


def test_a_line_every_ten_seconds_without_a_terminal() -> None:
    out, now = io.StringIO(), [0.0]
    with build_progress(Console(file=out, width=60), clock_now=lambda: now[0]) as show:
        for second in range(35):
            now[0] = float(second)
            show(COUNTS)
    lines = out.getvalue().splitlines()
    assert [line[:7] for line in lines] == ["0:00:10", "0:00:20", "0:00:30"]
    assert lines[0].endswith("(tones 100/300)")


@pytest.mark.parametrize("counts", [BuildProgress(), BuildProgress(found=9), COUNTS])
def test_a_terminal_shows_bars_of_corpora_in_work(counts: BuildProgress) -> None:
    out = io.StringIO()
    with build_progress(Console(file=out, force_terminal=True, width=100)) as show:
        show(counts)
    assert ("tones" in out.getvalue()) == bool(counts.corpora)
    assert "bells" not in out.getvalue()


def test_quiet_prints_nothing() -> None:
    out = io.StringIO()
    with build_progress(Console(file=out, force_terminal=True), quiet=True) as show:
        show(COUNTS)
    assert out.getvalue() == ""


def test_clock_counts_hours() -> None:
    assert [clock(seconds) for seconds in (0.2, 59.9, 3725)] == ["0:00:00", "0:01:00", "1:02:05"]
