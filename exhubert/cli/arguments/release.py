"""What a dataset is called: its title, version and date."""

import argparse
from collections.abc import Callable

from pipeline.common.release import Release, check_date, check_title, check_version


def add_release(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name a dataset."""
    group = parser.add_argument_group("what the dataset is called; later builds keep it")
    group.add_argument("--title", type=_checked(check_title), metavar="TEXT", help="of the dataset")
    group.add_argument(
        "--dataset-version",
        type=_checked(check_version),
        metavar="1.2.0",
        help="its semantic version (default: 0.1.0, raised by what has changed since)",
    )
    group.add_argument(
        "--date-published",
        type=_checked(check_date),
        metavar="YYYY-MM-DD",
        help="of this version (default: none, so that equal datasets have equal bytes)",
    )


def read_release(args: argparse.Namespace) -> Release:
    """What the options say."""
    return Release(args.title, args.dataset_version, args.date_published)


def _checked(check: Callable[[str], str]) -> Callable[[str], str]:
    """A type of arguments that gives the messages of a check as they are."""

    def read(text: str) -> str:
        try:
            return check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read
