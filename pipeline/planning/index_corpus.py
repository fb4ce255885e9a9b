"""A whole corpus indexed, labelled and split in one call, without its audio."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes, merge_notes, note_encodings
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.passed_over import PassedOver
from pipeline.index.rater_weights import add_weighted_ratings, weigh_raters
from pipeline.index.table_files import load_tables
from pipeline.labels import label_utterance
from pipeline.planning.copies import drop_copies
from pipeline.planning.corpus_plan import assign_split, plan_splits
from pipeline.planning.group_conflicts import find_group_conflicts, mark_copies
from pipeline.planning.unfetched import reject_unfetched
from pipeline.schema.utterance import Utterance
from pipeline.sources.class_names import ReadFile
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import CorpusReader, list_sources
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.splits.groups import count_groups, count_ungrouped


@dataclass(frozen=True)
class IndexedCorpus:
    """A whole corpus without its audio.

    Attributes:
        utterances: Sorted by id, with labels and splits; copies are excluded.
        missing: Table → keys of rows whose clips were not found.
        notes: On choices that were made, and files that were left out.
    """

    utterances: list[Utterance]
    missing: dict[str, list[str]]
    notes: CorpusNotes = NO_NOTES


def index_corpus(spec: CorpusSpec, root: str, scheme: EmotionScheme) -> IndexedCorpus:
    """Does in one call what a build does in parallel: everything but the audio.

    Raises:
        DataError: The root or a table that the spec needs is missing or unreadable, or an archive
            is damaged and no clip lies outside of archives.
    """
    files = list_sources(root, spec.source_rules, keep_damaged=True)
    read = CorpusReader(root, spec.source_rules).read
    indexed = index_files(spec, files, read, scheme)
    return replace(indexed, utterances=list(reject_unfetched(indexed.utterances, read)))


def index_files(
    spec: CorpusSpec, files: Sequence[SourceFile], read: ReadFile, scheme: EmotionScheme
) -> IndexedCorpus:
    """As :func:`index_corpus`, of files that are listed already and a function that reads them."""
    others = PassedOver(spec)
    clips = list(others.watch(find_clips(spec, files, others.add)))
    others.check_unread()
    if not clips:
        return IndexedCorpus([], {})
    tables = load_tables(spec, files, read)
    weights = weigh_raters(spec, tables)
    indexed = add_weighted_ratings(index_clips(spec, clips, tables), weights)
    found = [label_utterance(utterance, spec, scheme) for utterance in indexed]
    conflicts = find_group_conflicts(mark_copies(found))
    plan = plan_splits(spec, count_groups(found), count_ungrouped(found), conflicts=conflicts)
    return IndexedCorpus(
        drop_copies(assign_split(utterance, spec, plan) for utterance in found),
        {name: table.missing for name, table in tables.items() if table.missing},
        merge_notes([others.notes(), note_encodings(tables)]),
    )


def count_by_split(utterances: Iterable[Utterance]) -> Counter[str]:
    """Number of utterances to be written in every split."""
    return Counter(u.split for u in utterances if u.dropped is None and u.split)
