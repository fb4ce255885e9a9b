"""The version of a dataset, raised by what has changed since its earlier manifest.

| part | raised where |
|---|---|
| major | a corpus is gone, one has fewer utterances, or clips are stored in another way |
| minor | a corpus has more utterances, or other counts of labels, emotions or splits |
| patch | anything else differs: bytes of shards, terms, citations, protocols |

The first version is 0.1.0; without a difference the version stays.
"""

from dataclasses import fields

from pipeline.common.release import FIRST_VERSION, TITLE, Change, Release, raise_version
from pipeline.dataset.manifest import CorpusManifest, Manifest

_RELEASE = {field.name for field in fields(Release)}
"""Keys of the manifest that are no content."""


def find_change(earlier: Manifest, now: Manifest) -> Change | None:
    """The part of the version that must be raised; None where nothing differs."""
    after = {name: corpus.written for name, corpus in now.corpora.items()}
    fewer = (after.get(name, -1) < corpus.written for name, corpus in earlier.corpora.items())
    if any(fewer) or earlier.audio != now.audio:
        return "major"
    if _counts(earlier) != _counts(now):
        return "minor"
    contents = [one.model_dump(mode="json", exclude=_RELEASE) for one in (earlier, now)]
    return None if contents[0] == contents[1] else "patch"


def name_release(manifest: Manifest, earlier: Manifest | None, given: Release) -> Manifest:
    """The manifest with title, version and date.

    Args:
        manifest: Manifest of the dataset as it is now.
        earlier: Manifest before; None if there was none.
        given: Title, version and date that were asked for. The rest is kept, except that a new
            version has no date.
    """
    version, title, day = FIRST_VERSION, TITLE, None
    if earlier:
        title = earlier.title
        version = raise_version(earlier.version, find_change(earlier, manifest))
    version = given.version or version
    if earlier and earlier.version == version:
        day = earlier.date_published
    return manifest.model_copy(
        update={
            "title": given.title or title,
            "version": version,
            "date_published": given.date_published or day,
        }
    )


def _counts(manifest: Manifest) -> dict[str, object]:
    return {name: _counts_of_corpus(corpus) for name, corpus in manifest.corpora.items()}


def _counts_of_corpus(corpus: CorpusManifest) -> object:
    splits = {
        name: (split.utterances, split.labels, split.emotions)
        for name, split in corpus.splits.items()
    }
    return corpus.written, corpus.labels, corpus.emotions, splits
