"""The table of shortcuts."""

from typing import TYPE_CHECKING

from exhubert.cli.output.console import OUT
from exhubert.cli.output.fitted_table import numbers, print_table, words

if TYPE_CHECKING:  # brings pyarrow
    from pipeline.dataset.shortcuts import Shortcuts


ALL = "all together"
"""What all features as one are called."""


def print_shortcuts(shortcuts: "Shortcuts") -> None:
    """Balanced accuracies in %, those that luck does not explain with a star."""
    found = [(one.corpus, target) for one in shortcuts.corpora for target in one.targets]
    longest_first = sorted(found, key=lambda one: -len(one[1].accuracy))
    features = list(dict.fromkeys(name for _, one in longest_first for name in one.accuracy))
    features.sort(key=lambda name: name == ALL)
    rows = [
        [
            corpus,
            target.target,
            f"{target.classes}",
            f"{target.clips:,}",
            f"{100 * target.chance:.0f} +{100 * target.margin:.0f}",
            *(
                f"{100 * target.accuracy[name]:.0f}{'*' if target.stands_out(name) else ' '}"
                if name in target.accuracy
                else "– "
                for name in features
            ),
        ]
        for corpus, target in found
    ]
    groups = [words("corpus", "predicts"), numbers("values", "clips", "chance"), numbers(*features)]
    if rows:
        print_table(OUT, groups, rows)
        OUT.print(
            "Balanced accuracy in % of classifiers that know nothing but this feature, on clips "
            "they were not fitted on; emotion on speakers they were not fitted on. * is more than "
            "luck explains; – does not vary."
        )
    few = [one.corpus for one in shortcuts.corpora if not one.targets]
    if few:
        OUT.print(f"No two emotions or speakers with ten clips: {', '.join(few)}")
