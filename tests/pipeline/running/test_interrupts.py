"""Signals that end a build."""

import os
import signal
import threading

import pytest

from pipeline.running.interrupts import note_interrupts


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_is_noted_with_its_exit_status(sent: signal.Signals, status: int) -> None:
    before = signal.getsignal(sent)
    with pytest.raises(KeyboardInterrupt), note_interrupts() as received:
        os.kill(os.getpid(), sent)
    assert received == [status]
    assert signal.getsignal(sent) == before


def test_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with note_interrupts() as received:
            os.kill(os.getpid(), signal.SIGTERM)
        assert received == []
    finally:
        signal.signal(signal.SIGTERM, before)


def test_outside_of_the_main_thread_nothing_is_done() -> None:
    seen: list[list[int]] = []

    def enter() -> None:
        with note_interrupts() as received:
            seen.append(received)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [[]]
