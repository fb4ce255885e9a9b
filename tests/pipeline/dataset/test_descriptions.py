from pathlib import Path
from unittest.mock import patch

from pipeline.dataset.descriptions import write_descriptions
from pipeline.dataset.manifest import require_manifest
from pipeline.storage import files as storage
from tests.support.manifests import manifest


def test_the_manifest_is_the_last_to_change(tmp_path: Path) -> None:
    dataset = manifest()
    with patch.object(storage, "write_atomic", wraps=storage.write_atomic) as write:
        write_descriptions(str(tmp_path), dataset)
    written = [Path(call.args[0]).name for call in write.call_args_list]
    assert written == ["README.md", "croissant.json", "manifest.json"]
    assert require_manifest(str(tmp_path)) == dataset
