"""Corpora of noises to break builds on: their spec, and the checksums of datasets."""

import hashlib
from pathlib import Path

SPEC = """\
id: {corpus}
name: Noises
languages: [en]
kind: acted
licence: {{name: CC0-1.0, redistribute: true}}
access: {{how: open}}
citation: made by these benchmarks
audio: "wav/*.wav"
path: '(?P<speaker>s\\d+)_(?P<emotion>[a-z]+)_(?P<take>\\d+)\\.wav$'
emotions: {{ang: anger, neu: neutral, hap: happiness}}
expected: {{source: this benchmark}}
"""

OF_RUNS = ("log", "report.html")
"""Files that tell of runs, and so differ between them."""


def digests(dataset: Path) -> dict[str, str]:
    """Checksums of all files of a dataset that do not tell of runs."""
    return {
        str(file.relative_to(dataset)): digest(file.read_bytes())
        for file in sorted(dataset.rglob("*"))
        if file.is_file() and file.relative_to(dataset).parts[0] not in OF_RUNS
    }


def digest(content: bytes) -> str:
    """Checksum of a file's content, SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
