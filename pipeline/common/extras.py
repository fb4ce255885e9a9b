"""Optional dependencies: which extra brings a package, and the command that installs it."""

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlparse

EXTRAS = {
    "train": (
        "torch",
        "transformers",
        "accelerate",
        "safetensors",
        "sklearn",
        "scipy",
        "huggingface_hub",
    ),
    "aws": ("obstore", "boto3", "botocore"),
    "gcp": ("google.cloud.storage", "google.api_core", "google.auth"),
    "dask": ("dask", "distributed"),
    "baseline": ("opensmile",),
    "onnx": ("onnx", "onnxscript", "onnxruntime"),
    "tensorboard": ("tensorboard",),
    "exports": ("lhotse", "audformat"),
    "figures": ("matplotlib",),
    "demo": ("espeakng_loader",),
}
"""Extra → the packages that code of ours imports and only this extra brings, by import name."""


def find_extra(package: str) -> str | None:
    """The extra that brings a package; None for one that every installation has.

    >>> find_extra("torch.nn"), find_extra("yaml")
    ('train', None)
    """
    for extra, packages in EXTRAS.items():
        if any(package == name or package.startswith(f"{name}.") for name in packages):
            return extra
    return None


def install_command(extra: str) -> str:
    """The shell command that adds an extra to this installation, wherever it is called from.

    Args:
        extra: A key of :data:`EXTRAS`.
    """
    pip = shutil.which("pip")
    own = pip is not None and Path(pip).parent == Path(sys.executable).parent
    command = "pip install" if own else f"{sys.executable} -m pip install"
    checkout, editable = _find_checkout()
    if checkout is None:  # no index has exhubert: what the extra asks for is named instead
        return f"{command} {shlex.join(_requirements(extra))}"
    where = "." if checkout == Path.cwd() else str(checkout)
    return f"{command} {'-e ' if editable else ''}'{where}[{extra}]'"


def missing_package(error: ModuleNotFoundError) -> str | None:
    """The message for a package that is not installed; None if no extra brings it."""
    package = error.name or ""
    if extra := find_extra(package):
        name = package.partition(".")[0]
        return f"this needs {name}, which is not installed: {install_command(extra)}"
    return None


def _requirements(extra: str) -> list[str]:
    """Requirements of an extra, from the installed package; else its import names."""
    try:
        entries = distribution("exhubert").requires or []
    except PackageNotFoundError:
        entries = []
    return sorted(set(_of_extra(entries, extra))) or list(EXTRAS[extra])


def _of_extra(entries: list[str], extra: str) -> Iterator[str]:
    for entry in entries:
        requirement, _, condition = (part.strip() for part in entry.partition(";"))
        if not re.search(rf"""extra == ['"]{extra}['"]""", condition):
            continue
        if inner := re.fullmatch(r"exhubert\[(\w+)\]", requirement):
            yield from _of_extra(entries, inner[1])
        else:
            yield requirement


def _find_checkout() -> tuple[Path | None, bool]:
    """The folder that exhubert was installed from, and whether as editable."""
    here = Path(__file__).resolve().parents[2]
    if (here / "setup.py").is_file():
        return here, True
    try:
        origin = json.loads(distribution("exhubert").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return None, False
    folder = Path(unquote(urlparse(origin.get("url", "")).path))
    if origin.get("url", "").startswith("file:") and (folder / "setup.py").is_file():
        return folder, bool(origin.get("dir_info", {}).get("editable"))
    return None, False
