"""Retries that a test need not wait for."""

import pytest

from pipeline.storage import retry


def hurry_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes retries wait for hundredths of a second."""
    monkeypatch.setattr(retry, "FIRST_PATIENCE_S", 0.3)
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(retry, "LONGEST_WAIT_S", 0.05)
    monkeypatch.setattr(retry, "DOUBT_S", 0.05)
