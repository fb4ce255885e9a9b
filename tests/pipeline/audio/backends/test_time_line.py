"""Silence stands for what is missing, as long as times are to be believed."""

import pytest

from pipeline.audio.backends.time_line import GAP, LONGEST_GAP, LONGEST_GAP_OF_BROADCASTS, TimeLine

RATE = 1_000


def line(may_restart: bool = False, exact: bool = False) -> tuple[TimeLine, list[tuple[int, int]]]:
    damage: list[tuple[int, int]] = []
    return TimeLine(RATE, damage, may_restart, exact), damage


def test_sound_without_gaps_is_taken_as_it_is() -> None:
    time_line, damage = line()
    assert not time_line.has_begun
    assert time_line.begin(5.0, None) == 0
    for number in range(10):
        assert time_line.fill_gap(5.0 + number, RATE) == 0
        time_line.go_on(RATE)
    assert time_line.end(10.0) == time_line.end(0.0) == 0
    assert damage == []


def test_what_the_picture_starts_earlier_is_silent_and_no_damage() -> None:
    time_line, damage = line()
    assert time_line.begin(5.5, 5.0) == 500
    assert time_line.fill_gap(5.5, 100) == 0
    time_line.go_on(100)
    assert time_line.end(0.1) == 0  # a stated length is that of the sound
    assert damage == []


def test_a_gap_is_filled_once_and_noted() -> None:
    time_line, damage = line()
    time_line.begin(0.0, None)
    time_line.go_on(100)
    assert time_line.fill_gap(0.1 + GAP / 2, 100) == 0
    assert time_line.fill_gap(1.1, 100) == 1_000
    time_line.go_on(100)
    assert time_line.fill_gap(1.2, 100) == 0
    assert damage[0] == (100, 1_100)


def test_what_did_not_decode_is_damage_even_where_no_time_tells_its_length() -> None:
    time_line, damage = line()
    time_line.begin(0.0, None)
    time_line.go_on(100)
    time_line.damaged = True
    time_line.go_on(100)
    assert damage == [(100, 100)]
    time_line.damaged = True
    assert time_line.end(0.0) == 0
    assert damage == [(100, 100), (200, 200)]


def test_the_end_of_a_track_is_filled_up_to_its_stated_length() -> None:
    time_line, damage = line()
    time_line.begin(0.0, None)
    time_line.go_on(100)
    assert time_line.end(0.5) == 400
    assert damage == [(100, 500)]


@pytest.mark.parametrize("may_restart", [False, True])
def test_times_that_leap_are_a_clock_that_starts_anew(may_restart: bool) -> None:
    time_line, damage = line(may_restart)
    leap = LONGEST_GAP_OF_BROADCASTS if may_restart else LONGEST_GAP
    time_line.begin(0.0, None)
    assert time_line.fill_gap(leap + 1, 100) == 0
    time_line.go_on(100)
    assert time_line.fill_gap(leap + 1.1, 100) == 0
    assert damage == []


def test_silence_does_not_grow_without_end() -> None:
    time_line, _ = line()
    time_line.begin(0.0, None)
    time, filled = 0.0, 0
    for _ in range(20):
        time += LONGEST_GAP / 3
        filled += time_line.fill_gap(time, 1)
        time_line.go_on(1)
    assert filled <= LONGEST_GAP * RATE
