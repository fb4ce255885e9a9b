"""The release of a dataset: its title, its semantic version and the day it was published.

Versions are those of https://semver.org, without labels of pre-releases and builds.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

TITLE = "Speech emotion corpora"
"""Title of datasets that were given none."""

FIRST_VERSION = "0.1.0"
"""Version of datasets that were given none."""

Change = Literal["major", "minor", "patch"]
"""The part of a version that a change raises."""

_NUMBER = r"(0|[1-9]\d*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}", re.ASCII)
_LONGEST = 200  # characters of a title


@dataclass(frozen=True)
class Release:
    """What a user states of a release; None for what stays, or follows from the content.

    Attributes:
        title: Title for people.
        version: Version, such as ``1.2.3``.
        date_published: Date, such as ``2026-11-29``.
    """

    title: str | None = None
    version: str | None = None
    date_published: str | None = None


UNNAMED = Release()
"""A release of which nothing is stated."""


def check_version(text: str) -> str:
    """The version itself.

    Raises:
        ValueError: It is none.
    """
    if not _VERSION.fullmatch(text):
        raise ValueError(f"expected a version such as 1.2.0, found {text!r}")
    return text


def check_title(text: str) -> str:
    """The title itself.

    Raises:
        ValueError: It is empty, too long or more than a line.
    """
    if not (text.strip() and len(text) <= _LONGEST and text.splitlines() == [text]):
        raise ValueError(f"expected a line of 1 to {_LONGEST} characters, found {text!r}")
    return text


def check_date(text: str) -> str:
    """The date itself.

    Raises:
        ValueError: It is none, or not written as ``2026-11-29``.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(f"expected a date such as 2026-11-29, found {text!r}")
    date.fromisoformat(text)
    return text


def raise_version(version: str, change: Change | None) -> str:
    """The version after a change.

    >>> raise_version("1.2.3", "minor"), raise_version("1.2.3", None)
    ('1.3.0', '1.2.3')
    """
    major, minor, patch = map(int, check_version(version).split("."))
    match change:
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
        case "patch":
            return f"{major}.{minor}.{patch + 1}"
    return version
