"""Rows of a dataset, and how they compare with the whole, as tables for people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from exhubert.cli.output.console import OUT
from exhubert.cli.output.fitted_table import Heading, numbers, print_table, words
from pipeline.common.count import count

if TYPE_CHECKING:
    from pipeline.dataset.comparison import DatasetComparison
    from pipeline.dataset.manifest import Manifest

_MOST_LISTED = 5  # ids of one kind of difference


def print_rows(rows: pd.DataFrame) -> None:
    """One line a clip.

    Args:
        rows: From :func:`pipeline.dataset.selection.find_rows`.
    """
    groups = [
        words("id"),
        words("split", "emotion", "class"),
        [*words("native"), *numbers("s")],
        words("speaker", "gender"),
        [*words("flags"), Heading("text", cut=True)],
    ]
    shown = zip(
        rows["id"],
        rows["split"],
        rows["emotion"],
        rows["class_name"],
        rows["label_native"],
        rows["duration"].map("{:.2f}".format),
        rows["speaker"],
        rows["gender"],
        (" ".join(flags) for flags in rows["flags"]),
        rows["text"],
        strict=True,
    )
    print_table(OUT, groups, [["" if _unknown(c) else str(c) for c in row] for row in shown])


def print_counts(rows: pd.DataFrame, manifest: "Manifest") -> None:
    """How many clips, hours and speakers there are in each corpus, of how many.

    Args:
        rows: All that were found.
        manifest: Of the dataset.
    """
    groups = [
        words("corpus"),
        numbers("clips", "of", "hours", "speakers"),
        numbers("train", "validation", "test"),
    ]
    lines = []
    for corpus, found in rows.groupby("corpus", sort=True):
        splits = found["split"].value_counts()
        lines.append(
            [
                str(corpus),
                f"{len(found):,}",
                f"{manifest.corpora[str(corpus)].written:,}",
                f"{found['duration'].sum() / 3600:.2f}",
                f"{found['speaker'].nunique():,}",
                *(f"{splits.get(split, 0):,}" for split in ("train", "validation", "test")),
            ]
        )
    OUT.print()
    print_table(OUT, groups, lines)
    OUT.print(f"{len(rows):,} of {count(manifest.written, 'clip')}")


def print_comparison(comparison: "DatasetComparison") -> None:
    """What differs between two datasets."""
    groups = [words("corpus"), numbers("only in A", "only in B", "both"), words("differ in")]
    lines = []
    for corpus, counts in comparison.corpora.items():
        differ = ", ".join(f"{name} {n:,}" for name, n in counts.changed.items())
        lines.append(
            [
                corpus,
                f"{counts.only_a:,}",
                f"{counts.only_b:,}",
                f"{counts.both:,}",
                differ or "nothing",
            ]
        )
    print_table(OUT, groups, lines)
    for corpus, keys in comparison.specs.items():
        OUT.print(f"spec of {corpus}: {', '.join(keys)}")
    _print_examples(comparison.examples)


def _print_examples(examples: Mapping[str, list[tuple[str, str, str]]]) -> None:
    for column, found in examples.items():
        for clip, one, other in found[:_MOST_LISTED]:
            OUT.print(f"{column} of {clip}: {one} → {other}", soft_wrap=True)


def _unknown(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell != cell  # NaN
