"""What the Hugging Face hub reads of a dataset card: the YAML at its head.

https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
"""

import yaml

from pipeline.dataset.manifest import CorpusManifest, Manifest
from pipeline.schema.columns import card_features
from pipeline.schema.record import COLUMNS, SPLITS
from pipeline.specs.licence_terms import HUB_LICENCES

_WHOLE = "all"  # name of the configuration that has every corpus


def make_front_matter(manifest: Manifest) -> str:
    """The YAML; the features of the record stand in it once, with references to them."""
    corpora = list(manifest.corpora.values())
    head: dict[str, object] = {
        "pretty_name": manifest.title,
        "version": manifest.version,
        "language": sorted({code.split("-")[0] for c in corpora for code in c.languages}),
        **_licence(corpora),
        "size_categories": [size_category(manifest.written)],
        "task_categories": ["audio-classification"],
        "tags": ["speech-emotion-recognition"],
        "configs": _configs(manifest),
        "dataset_info": _infos(manifest),
    }
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True)


def size_category(rows: int) -> str:
    """Size category of the Hugging Face hub.

    >>> size_category(999), size_category(1_000), size_category(2_500_000)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    steps = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"]
    passed = sum(rows >= 1_000 * 10**power for power in range(len(steps)))
    if passed == 0:
        return f"n<{steps[0]}"
    return f"n>{steps[-1]}" if passed == len(steps) else f"{steps[passed - 1]}<n<{steps[passed]}"


def _licence(corpora: list[CorpusManifest]) -> dict[str, object]:
    """The one licence of all corpora, where the hub knows it; else a word that they differ."""
    names = {corpus.licence for corpus in corpora}
    if len(names) == 1 and (known := HUB_LICENCES.get(next(iter(names)))):
        return {"license": known}
    return {"license": "other", "license_name": "see-the-table-of-corpora"}


def _configs(manifest: Manifest) -> list[dict[str, object]]:
    configs: list[dict[str, object]] = [
        {
            "config_name": _WHOLE,
            "default": True,
            "data_files": _data_files("*", list(manifest.corpora.values())),
        }
    ]
    for name, corpus in manifest.corpora.items():
        if data_files := _data_files(name, [corpus]):
            configs.append({"config_name": name, "data_files": data_files})
    return configs


def _data_files(folder: str, corpora: list[CorpusManifest]) -> list[dict[str, str]]:
    """Files of each split that has rows."""
    return [
        {"split": split, "path": f"data/{folder}/{split}-*.parquet"} for split in _present(corpora)
    ]


def _infos(manifest: Manifest) -> list[dict[str, object]]:
    """Features, splits and sizes of every configuration."""
    features = card_features(COLUMNS)
    parts = {_WHOLE: list(manifest.corpora.values())}
    parts |= {name: [corpus] for name, corpus in manifest.corpora.items() if corpus.written}
    return [_info(name, corpora, features) for name, corpora in parts.items()]


def _info(name: str, corpora: list[CorpusManifest], features: object) -> dict[str, object]:
    """One configuration; its bytes are those of the shards, here and as they are fetched."""
    splits = [
        {
            "name": split,
            "num_bytes": sum(_bytes(corpus, split) for corpus in corpora),
            "num_examples": sum(corpus.splits[split].utterances for corpus in corpora),
        }
        for split in _present(corpora)
    ]
    size = sum(shard.bytes for corpus in corpora for shard in corpus.shards)
    return {
        "config_name": name,
        "features": features,
        "splits": splits,
        "download_size": size,
        "dataset_size": size,
    }


def _bytes(corpus: CorpusManifest, split: str) -> int:
    own = (shard for shard in corpus.shards if shard.name.split("/")[1].split("-")[0] == split)
    return sum(shard.bytes for shard in own)


def _present(corpora: list[CorpusManifest]) -> list[str]:
    return [split for split in SPLITS if any(one.splits[split].utterances for one in corpora)]
