"""The dataset as Croissant, the MLCommons vocabulary for machine-readable dataset descriptions.

Croissant 1.1, https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
"""

import json
import re

from pipeline.common.count import count
from pipeline.common.untrusted_text import is_web_address, printable_json
from pipeline.dataset.croissant.fields import PARQUET, Json, field
from pipeline.dataset.croissant.protocols import folds, protocol_files, protocol_rows
from pipeline.dataset.croissant.utterances import utterances
from pipeline.dataset.manifest import CorpusManifest, Manifest
from pipeline.schema.record import CLASSES, SPLITS

_SPLIT_TYPES = {"train": "TrainingSplit", "validation": "ValidationSplit", "test": "TestSplit"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def make_croissant(manifest: Manifest) -> str:
    """Croissant description of a dataset, as JSON-LD; equal for equal manifests."""
    corpora = manifest.corpora
    description: Json = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": _name(manifest.title),
        "alternateName": manifest.title,
        "version": manifest.version,
        "description": (
            f"{count(manifest.written, 'utterance')}, {manifest.hours:.2f} h of speech with "
            f"emotion labels from {count(len(corpora), 'corpus', 'corpora')}: "
            f"{', '.join(c.name for c in corpora.values())}."
        ),
        **({"datePublished": manifest.date_published} if manifest.date_published else {}),
        "license": sorted({_licence(corpus) for corpus in corpora.values()}),
        "conditionsOfAccess": "; ".join(
            f"{term.words} ({', '.join(term.corpora)})" if term.corpora else term.words
            for term in manifest.terms.values()
        ),
        "citeAs": "\n".join(corpus.citation for corpus in corpora.values()),
        "inLanguage": sorted({code for c in corpora.values() for code in c.languages}),
        "keywords": ["speech emotion recognition", "speech", "emotion", "audio"],
        "isLiveDataset": False,
        "distribution": [_shards(), *([protocol_files()] if manifest.protocols else [])],
        "recordSet": [
            _splits(),
            _classes(),
            *([folds(manifest.protocols), protocol_rows()] if manifest.protocols else []),
            utterances(),
        ],
    }
    return printable_json(json.dumps(description, indent=1, ensure_ascii=False)) + "\n"


def _name(title: str) -> str:
    """Name for programs: letters, digits and hyphens of the title."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words) or "speech-emotion-corpora"


def _licence(corpus: CorpusManifest) -> str:
    address = corpus.licence_url
    return address if address and is_web_address(address) else corpus.licence


def _shards() -> Json:
    return {
        "@type": "cr:FileSet",
        "@id": "shards",
        "name": "shards",
        "description": "data/<corpus>/<split>-NNNNN-of-NNNNN.parquet; manifest.json names each",
        "encodingFormat": PARQUET,
        "includes": "data/*/*.parquet",
    }


def _splits() -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits, and what each is for.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [field("splits/name", "sc:Text"), field("splits/url", "sc:URL")],
        "data": [
            {"splits/name": split, "splits/url": f"cr:{_SPLIT_TYPES[split]}"} for split in SPLITS
        ],
    }


def _classes() -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": "classes",
        "name": "classes",
        "description": "The six classes that `label` stands for.",
        "dataType": "sc:Enumeration",
        "key": {"@id": "classes/label"},
        "field": [field("classes/label", "cr:Int64"), field("classes/name", "sc:Text")],
        "data": [
            {"classes/label": index, "classes/name": name} for index, name in enumerate(CLASSES)
        ],
    }
