"""Progress: a bar on a terminal, a line every ten seconds elsewhere, nothing for programs."""

import io

from rich.console import Console

from exhubert.cli.output.progress import Tally, counter, track, transfer


def test_speed_and_time_left_are_those_of_what_was_measured() -> None:
    tally = Tally("clips scored")
    tally.add(100, 500, now=10.0)  # kept from an earlier run
    assert tally.describe(10.0) == "100 of 500 clips scored"
    tally.add(50, 500, now=20.0)
    assert tally.describe(20.0) == "150 of 500 clips scored, 5.0/s, 0:01:10 left"
    tally.add(350, 500, now=30.0)
    assert tally.describe(30.0) == "500 of 500 clips scored, 20.0/s"


def test_without_a_number_in_all_nothing_is_said_of_time_left() -> None:
    tally = Tally("windows classified")
    assert tally.describe(0.0) == "0 windows classified"
    tally.add(1, None, now=1.0)
    tally.add(1_200, None, now=2.0)
    assert tally.describe(2.0) == "1,201 windows classified, 1,200.0/s"


def test_lines_where_there_is_no_terminal() -> None:
    out, now = io.StringIO(), [0.0]
    with counter("shards verified", console=Console(file=out), now=lambda: now[0]) as advance:
        for second in range(1, 26):
            now[0] = float(second)
            advance(1, 50)
    assert out.getvalue().splitlines() == [
        "0:00:10  10 of 50 shards verified, 1.0/s, 0:00:40 left",
        "0:00:20  20 of 50 shards verified, 1.0/s, 0:00:30 left",
    ]


def test_a_bar_on_a_terminal() -> None:
    out, now = io.StringIO(), [0.0]
    console = Console(file=out, force_terminal=True, width=100)
    with counter("clips [scored]", total=9, console=console, now=lambda: now[0]) as advance:
        advance(3)
        now[0] = 3.0
        advance(3)
    assert "6 of 9 clips [scored], 1.0/s, 0:00:03 left" in out.getvalue()


def test_programs_are_told_nothing() -> None:
    out = io.StringIO()
    with counter("clips", quiet=True, console=Console(file=out, force_terminal=True)) as advance:
        advance(1, 2)
    with transfer(quiet=True) as show:
        show("file", 1, 2)
    assert out.getvalue() == ""


def test_items_come_as_they_are() -> None:
    assert list(track(iter("abc"), "letters read", quiet=True, total=3)) == ["a", "b", "c"]
