"""Preview of a build: what it would write and what it would reuse; no audio is decoded.

It calls the same steps as a build, so what it says is what a build does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pipeline.dataset.manifest import read_manifest
from pipeline.dataset.published_counts import CountComparison, compare_counts
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.index_corpus import plan_corpus
from pipeline.planning.shard_names import UNWRITTEN
from pipeline.planning.unfetched import reject_unfetched
from pipeline.schema.record import SPLITS
from pipeline.schema.utterance import Utterance, count_reasons
from pipeline.shards.input_digest import Reuse, input_digests, reusable
from pipeline.shards.receipts import (
    ShardReceipt,
    list_receipts,
    read_valid_receipt,
    to_drop_reason,
)
from pipeline.specs.corpus_spec import CorpusSpec


@dataclass(frozen=True)
class ShardCounts:
    """Some shards of a corpus, and the utterances planned for them."""

    shards: int = 0
    utterances: int = 0


@dataclass(frozen=True)
class SplitPreview:
    """One split of a corpus, before audio is decoded."""

    utterances: int
    speakers: int
    shards: int


@dataclass(frozen=True)
class CorpusPreview:
    """Outcome of a dry run for one corpus.

    Attributes:
        to_write: Utterances fit to be written; some may yet be rejected by their audio.
        excluded: Reason → utterances that a rule leaves out.
        rejected: Reason → utterances that can't be written, judging by names and tables.
        reused: Shards that stay as they are.
        relabelled: Shards whose audio stays while labels and other metadata are written anew.
        decoded: Shards that are made from audio.
        bytes_to_read: Size of the files that these need.
        stale: Shards of an earlier build that would be removed.
        compared: Published counts, of the corpus and of its classes, beside what was found.
    """

    corpus: str
    found: int
    to_write: int
    excluded: dict[str, int]
    rejected: dict[str, int]
    splits: dict[str, SplitPreview]
    reused: ShardCounts
    relabelled: ShardCounts
    decoded: ShardCounts
    bytes_to_read: int
    stale: int
    compared: list[CountComparison]


@dataclass(frozen=True)
class Preview:
    """Outcome of a dry run.

    Attributes:
        corpora: One entry a corpus that would be built.
        kept: Corpora that lie in the folder and would stay as they are.
    """

    output: str
    corpora: list[CorpusPreview]
    kept: list[str]


def preview_build(build: BuildConfig) -> Preview:
    """Plans every corpus of a build; reads file lists, tables and receipts, and writes nothing.

    Raises:
        DataError: A corpus or one of its tables is missing or unreadable.
    """
    earlier = read_manifest(build.output)
    kept = sorted(earlier.corpora.keys() - build.corpora.keys()) if earlier else []
    existing: dict[str, set[str]] = {}
    for shard in list_receipts(build.output):
        existing.setdefault(shard.split("/")[0], set()).add(shard)
    corpora = [
        preview_corpus(corpus, build, existing.get(corpus, set())) for corpus in build.corpora
    ]
    return Preview(build.output, sorted(corpora, key=lambda preview: preview.corpus), kept)


def preview_corpus(corpus: str, build: BuildConfig, existing: Iterable[str] = ()) -> CorpusPreview:
    """Plans one corpus.

    Args:
        corpus: Id of the corpus.
        build: The build that it is a part of.
        existing: Shards of the corpus that have a receipt.
    """
    planned = plan_corpus(build.corpora[corpus], build.scheme).shards
    usable = [u for found in planned.values() for u in found if _is_fit(u)]
    earlier = {shard: read_valid_receipt(build.output, shard) for shard in planned}
    reuse = {shard: _reuse(earlier[shard], found, build) for shard, found in planned.items()}
    anew = _without_unfetched(
        {shard: found for shard, found in planned.items() if reuse[shard] == "nothing"},
        build.corpora[corpus],
    )
    shards = anew | {
        shard: _as_left(found, earlier[shard])
        for shard, found in planned.items()
        if reuse[shard] != "nothing"
    }
    utterances = list(chain.from_iterable(shards.values()))
    sizes = {u.source_path: u.source_size for found in anew.values() for u in found if _is_fit(u)}
    return CorpusPreview(
        corpus=corpus,
        found=len(utterances),
        to_write=sum(_is_fit(utterance) for utterance in utterances),
        excluded=count_reasons(utterances, "excluded"),
        rejected=count_reasons(utterances, "rejected"),
        splits={split: _split(split, shards) for split in SPLITS},
        reused=_count_shards("shard", shards, reuse),
        relabelled=_count_shards("audio", shards, reuse),
        decoded=_count_shards("nothing", shards, reuse),
        bytes_to_read=sum(sizes.values()),
        stale=len([shard for shard in existing if shard not in shards]),
        compared=_compare(build.corpora[corpus].spec, usable),
    )


def _without_unfetched(
    shards: Mapping[str, Sequence[Utterance]], corpus: Corpus
) -> dict[str, Sequence[Utterance]]:
    """Shards that are to be made from audio, those of whose files there is none rejected."""
    found = reject_unfetched(chain.from_iterable(shards.values()), corpus.reader())
    return {shard: list(islice(found, len(planned))) for shard, planned in shards.items()}


def _reuse(earlier: ShardReceipt | None, planned: Sequence[Utterance], build: BuildConfig) -> Reuse:
    spec = build.corpora[planned[0].corpus].spec
    return reusable(earlier, *input_digests(planned, spec, build.audio))


def _as_left(planned: Sequence[Utterance], earlier: ShardReceipt | None) -> list[Utterance]:
    """Utterances of a shard that stays, those dropped that an earlier run could not write."""
    rows = earlier.unwritten if earlier else ()
    reasons = {(row.id, row.source_path): to_drop_reason(row) for row in rows}
    return [
        utterance._replace(dropped=reasons.get((utterance.id, utterance.source_path)))
        if _is_fit(utterance)
        else utterance
        for utterance in planned
    ]


def _count_shards(
    wanted: Reuse, shards: Mapping[str, Sequence[Utterance]], reuse: dict[str, Reuse]
) -> ShardCounts:
    found = [
        planned
        for shard, planned in shards.items()
        if reuse[shard] == wanted and not _is_unwritten(shard)
    ]
    return ShardCounts(len(found), sum(_is_fit(u) for planned in found for u in planned))


def _compare(spec: CorpusSpec, usable: Sequence[Utterance]) -> list[CountComparison]:
    speakers = {utterance.speaker for utterance in usable} - {None}
    emotions = Counter(utterance.emotion or "" for utterance in usable)
    published = spec.expected.nearest(len(usable))
    return compare_counts(published, len(usable), len(speakers), emotions)


def _split(split: str, shards: Mapping[str, Sequence[Utterance]]) -> SplitPreview:
    own = [planned for shard, planned in shards.items() if f"/{split}-" in shard]
    fit = [utterance for planned in own for utterance in planned if _is_fit(utterance)]
    return SplitPreview(len(fit), len({u.speaker for u in fit if u.speaker}), len(own))


def _is_fit(utterance: Utterance) -> bool:
    return utterance.dropped is None


def _is_unwritten(shard: str) -> bool:
    return f"/{UNWRITTEN}-" in shard
