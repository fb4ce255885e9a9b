"""``--with-audio``: which corpora can be heard on a page that a command writes."""

import argparse


def add_with_audio(parser: argparse.ArgumentParser) -> None:
    """Adds it; values are those of :data:`pipeline.dataset.report.listening.WithAudio`."""
    parser.add_argument(
        "--with-audio",
        choices=("all", "redistributable", "none"),
        default="redistributable",
        help="corpora that can be heard on the page: those whose terms let them be passed on "
        "(default), all, or none",
    )
