"""What differs between two datasets: rows, labels, splits, audio, and the specs behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from pipeline.dataset.kept_specs import spec_path
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.dataset.selection import SHOWN, cell_text, find_rows
from pipeline.schema.record import COLUMNS
from pipeline.shards.row_filter import frame_where
from pipeline.specs.yaml_reader import parse_yaml
from pipeline.storage import files as storage

_EXAMPLES = 20  # rows that are named for each column
_EXACT = {"age", "arousal", "duration", "dominance", "gain_db", "label", "valence"}
_KINDS: Mapping[str, str] = {
    **{column.name: column.stage for column in COLUMNS},
    "split": "splits",
}
"""Column → the build step that a difference in it is counted for."""


@dataclass(frozen=True)
class CorpusDifferences:
    """Differences in one corpus.

    Attributes:
        only_a: Utterances of the first dataset that the second has not.
        only_b: Utterances of the second that the first has not.
        both: Utterances that both have.
        changed: Column → utterances of both in which it differs; none that differs nowhere.
    """

    only_a: int
    only_b: int
    both: int
    changed: dict[str, int]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_a or self.only_b or self.changed)


@dataclass(frozen=True)
class DatasetComparison:
    """Differences between two datasets.

    Attributes:
        corpora: Corpus id → its differences.
        specs: Corpus → keys of its spec that differ.
        examples: Column → utterances in which it differs, and its two values; some only.
    """

    corpora: dict[str, CorpusDifferences]
    specs: dict[str, list[str]]
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether the rows are the same; specs may differ in what no row shows."""
        return all(corpus.same for corpus in self.corpora.values())

    @property
    def kinds(self) -> dict[str, int]:
        """``index``, ``labels``, ``splits`` or ``audio`` → differences in columns of that step."""
        totals: dict[str, int] = {}
        for corpus in self.corpora.values():
            for column, changed in corpus.changed.items():
                kind = _KINDS[column]
                totals[kind] = totals.get(kind, 0) + changed
        return dict(sorted(totals.items()))


def compare_datasets(one: str, other: str, where: str | None = None) -> DatasetComparison:
    """Compares two datasets row by row; no audio is read, but its checksums are.

    Args:
        one: The first dataset folder.
        other: The second.
        where: Only rows of either for which this condition holds.

    Raises:
        UsageError: There is no dataset, or the condition is none.
        DataError: A shard is missing or damaged.
        SpecError: So is a spec that one of them keeps.
    """
    manifests = [require_manifest(one), require_manifest(other)]
    rows = [
        _rows(folder, manifest) for folder, manifest in zip((one, other), manifests, strict=True)
    ]
    if where is not None:
        rows = [frame_where(frame, where) for frame in rows]
    first, second = (frame.set_index("id", drop=False) for frame in rows)
    both = first.index.intersection(second.index, sort=False)
    changed = _changed_columns(first.loc[both], second.loc[both])
    corpora = {}
    for corpus in sorted({*first["corpus"], *second["corpus"]}):
        ids_a = first.index[first["corpus"] == corpus]
        ids_b = second.index[second["corpus"] == corpus]
        common = ids_a.intersection(ids_b)
        counts = {name: int(differs.loc[common].sum()) for name, differs in changed.items()}
        corpora[corpus] = CorpusDifferences(
            len(ids_a) - len(common),
            len(ids_b) - len(common),
            len(common),
            {name: number for name, number in counts.items() if number},
        )
    examples = {
        name: [
            (clip, cell_text(first.at[clip, name]), cell_text(second.at[clip, name]))
            for clip in differs.index[differs][:_EXAMPLES]
        ]
        for name, differs in changed.items()
        if differs.any()
    }
    return DatasetComparison(corpora, _changed_specs(one, other, manifests), examples)


def _rows(folder: str, manifest: Manifest) -> pd.DataFrame:
    return find_rows(folder, manifest)[list(SHOWN)]


def _changed_columns(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    """Column → whether it differs, by id; unknown equals unknown."""
    changed = {}
    for name in SHOWN:
        if name == "id":
            continue
        if name in _EXACT:
            a, b = (frame[name].to_numpy(dtype=np.float64) for frame in (one, other))
            differs = ~((a == b) | (np.isnan(a) & np.isnan(b)))
        else:
            differs = one[name].map(cell_text).to_numpy() != other[name].map(cell_text).to_numpy()
        changed[name] = pd.Series(differs, index=one.index, dtype=bool)
    return changed


def _changed_specs(one: str, other: str, manifests: list[Manifest]) -> dict[str, list[str]]:
    """Corpus → keys of its spec that two datasets keep differently; of corpora that both hold.

    Raises:
        SpecError: A file in the place of a spec is none.
    """
    corpora = sorted(manifests[0].corpora.keys() & manifests[1].corpora.keys())
    changed = {}
    for corpus in corpora:
        a, b = (_read_spec(folder, corpus) for folder in (one, other))
        keys = sorted(key for key in {*a, *b} if a.get(key) != b.get(key))
        if keys:
            changed[corpus] = keys
    return changed


class _AnyRelease(BaseModel):
    """A spec as it was kept: another release may know other keys."""

    model_config = ConfigDict(extra="allow")


def _read_spec(folder: str, corpus: str) -> dict[str, object]:
    path = spec_path(folder, corpus)
    content = storage.read(path)
    spec = parse_yaml(content, path, _AnyRelease) if content else None
    return (spec.model_extra or {}) if spec else {}
