import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from pipeline.common import extras
from pipeline.common.extras import EXTRAS, find_extra, install_command, missing_package

HOME = Path(__file__).parents[3]

NEEDED = "install 'onnx>=1.17' 'torch<2.14,>=2.6'"
"""What the extra ``onnx`` of :class:`Installed` asks for: the extra that it names, too."""


class Installed:
    """What pip notes of an installation."""

    requires = [
        "numpy>=1.26",
        'torch<2.14,>=2.6; extra == "train"',
        'exhubert[train]; extra == "onnx"',
        'onnx>=1.17; extra == "onnx"',
        'opensmile>=2.5; python_version < "4" and extra == "baseline"',
    ]

    def __init__(self, origin: object) -> None:
        self.origin = origin

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return json.dumps(self.origin) if self.origin else None


def test_every_extra_is_one_of_setup() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    assert EXTRAS.keys() <= project["optional-dependencies"].keys()


def test_in_a_checkout_the_command_installs_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert install_command("aws").endswith(f" install -e '{HOME}[aws]'")
    monkeypatch.chdir(HOME)
    assert install_command("aws").endswith(" install -e '.[aws]'")


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ({"url": HOME.as_uri(), "dir_info": {}}, f"install '{HOME}[onnx]'"),
        ({"url": HOME.as_uri(), "dir_info": {"editable": True}}, f"install -e '{HOME}[onnx]'"),
        ({"url": "https://example.org/exhubert.whl"}, NEEDED),
        ({"url": "file:///no/such/checkout"}, NEEDED),
        (None, NEEDED),
    ],
)
def test_elsewhere_the_command_installs_from_where_it_came(
    origin: object, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed = tmp_path / "site-packages" / "pipeline" / "common" / "extras.py"
    monkeypatch.setattr(extras, "__file__", str(installed))
    monkeypatch.setattr(extras, "distribution", lambda name: Installed(origin))
    monkeypatch.chdir(tmp_path)
    assert install_command("onnx").endswith(command)


def test_without_notes_of_pip_packages_are_named_as_they_are_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "pipeline" / "common" / "extras.py"))
    monkeypatch.setattr(extras, "distribution", distribution_that_is_missing)
    assert install_command("onnx").endswith("install onnx onnxscript onnxruntime")


def distribution_that_is_missing(name: str) -> None:
    raise PackageNotFoundError(name)


def test_pip_of_another_python_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert install_command("aws").startswith(f"{sys.executable} -m pip install ")


def test_only_packages_of_an_extra_are_told() -> None:
    assert find_extra("google.cloud.storage.blob") == "gcp"
    assert find_extra("google.protobuf") is None
    told = missing_package(ModuleNotFoundError(name="torch.nn"))
    assert told == f"this needs torch, which is not installed: {install_command('train')}"
    assert missing_package(ModuleNotFoundError(name="numpy")) is None


@pytest.mark.parametrize(
    "line", ["train --data d --output o --config tiny", "predict --model m speech.wav"]
)
def test_a_command_without_torch_says_what_to_install(line: str, tmp_path: Path) -> None:
    (tmp_path / "speech.wav").touch()
    code = (
        "import sys; sys.modules['torch'] = None; sys.modules['transformers'] = None\n"
        f"from exhubert.cli.main import main; sys.exit(main({line.split()!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(HOME), "PATH": str(Path(sys.executable).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    wanted = (
        r"error: this needs (torch|transformers), which is not installed: "
        r"pip install -e '.*\[train\]'\n"
    )
    assert re.fullmatch(wanted, done.stderr)
