"""Writes every package that `make` installs, with its checksums, into files that pip reads.

Versions are those of constraints.txt. ``make lock`` runs this after a change of pyproject.toml or
of constraints.txt.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

PROJECT = ("pyproject.toml", "--extra", "dev", "--constraint", "requirements/constraints.txt")
TOOLS = ("requirements/tools.in",)

OPTIONS = (
    *("--generate-hashes", "--universal", "--python-version", "3.11"),
    *("--no-header", "--no-annotate", "--quiet"),
)

CPU_BUILD = {
    "torch==2.13.0": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
}
"""Release of PyTorch → checksum of its build without CUDA, for Linux on x86-64 and Python 3.11.
It is no file of the package index, so nothing but this line knows it."""

TORCH = re.compile(r"torch==|triton==|cuda-|nvidia-")
"""PyTorch, and what it needs on Linux if it was built for CUDA: gigabytes, of no use without."""

EVERYWHERE = re.compile(
    r" ; python_full_version < '3\.12' and \(sys_platform == '\w+' or sys_platform == '\w+'\)"
)
"""The marker of what is installed on every system that `[tool.uv]` of pyproject.toml names."""

HEADERS = {
    "build.txt": "what packages that have no wheel are built with",
    "lock.txt": "what `make` installs, but for PyTorch",
    "torch.txt": "PyTorch as the package index has it",
    "torch-cpu.txt": "PyTorch built without CUDA, which `make` prefers where pip can find it",
}
"""File → what it says of itself."""


def resolve(*what: str) -> str:
    """Every package that is needed in the end, with its version and its checksums."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *what, *OPTIONS]
    ran = subprocess.run(command, cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True)
    return ran.stdout


def split(resolved: str, cpu_build: dict[str, str]) -> dict[str, str]:
    """File → its content.

    Args:
        resolved: Requirements with checksums, each begun by a line without an indent.
        cpu_build: Requirement → checksum of its build without CUDA.

    Raises:
        ValueError: The release of ``cpu_build`` is not the one that was resolved.
    """
    files = {name: f"# Written by `make lock`: {what}.\n" for name, what in HEADERS.items()}
    for package in re.split(r"^(?=\S)", EVERYWHERE.sub("", resolved), flags=re.M)[1:]:
        files[_file(package)] += package
    for requirement, checksum in cpu_build.items():
        if f"\n{requirement} " not in files["torch.txt"]:
            raise ValueError(f"{requirement} is not what was resolved: give CPU_BUILD the new one")
        files["torch-cpu.txt"] += f"{requirement}+cpu \\\n    --hash=sha256:{checksum}\n"
    return files


def _file(package: str) -> str:
    if TORCH.match(package):
        return "torch.txt"
    return "build.txt" if package.startswith("setuptools==") else "lock.txt"


if __name__ == "__main__":
    written = split(resolve(*PROJECT), CPU_BUILD)
    written["tools.txt"] = EVERYWHERE.sub("", resolve(*TOOLS))
    for file, content in written.items():
        (HERE / file).write_text(content, encoding="utf-8")
