"""Licences of installed packages, as their metadata give them.

``python -m tests.support.licences`` prints the tables of docs/dependencies.md.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SPELT = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Dual License": "Apache-2.0 OR BSD",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Licence as metadata spell it → as SPDX does."""

READ = {
    "audobject": "audEERING's own",  # its classifier says MIT, its text "all rights reserved"
    "espeakng-loader": "GPL-3.0-or-later",  # that of the voices; of itself it says nothing
    "matplotlib": "matplotlib's own, after PSF-2.0",  # "based on PSF license", says its text
    "opensmile": "audEERING's own",  # its classifier says MIT, its text "research only"
    "scipy": "BSD-3-Clause",
}
"""Package → licence, where a person had to read its text."""

GPL = re.compile(r"(?<!L)GPL")

CUDA = re.compile(r"cuda-|nvidia-|triton$")
"""Packages that only PyTorch's build for CUDA needs; docs/dependencies.md names them as a group."""


def declared() -> tuple[list[str], dict[str, list[str]]]:
    """Requirements of the project, and of its extras, as pyproject.toml has them."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = {
        name: [need for need in needs if Requirement(need).name != project["name"]]
        for name, needs in project["optional-dependencies"].items()
    }  # what an extra says of another stands under that one
    return project["dependencies"], extras


def licences() -> tuple[dict[str, str], dict[str, str]]:
    """Package → licence, of what is always installed, and of what only extras bring."""
    required, extras = declared()
    always = installed_closure(required)
    more = installed_closure(text for texts in extras.values() for text in texts)
    return (
        {name: licence_of(name, package) for name, package in always.items()},
        {name: licence_of(name, package) for name, package in more.items() if name not in always},
    )


def installed_closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Installed packages that requirements stand for, with all that these need in turn."""
    found: dict[str, Distribution] = {}
    seen = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        applies = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
        if key in seen or not applies:
            continue
        seen.add(key)
        try:
            package = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        if not CUDA.match(key[0]):
            found[key[0]] = package
        waiting += _needed(package, wanted.extras)
    return found


def _needed(package: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for text in package.requires or []:
        need = Requirement(text)
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in ("", *extras)):
            need.marker = None
            yield need


def licence_of(name: str, package: Distribution) -> str:
    """Licence of a package, as an SPDX expression where that can be told."""
    if name in READ:
        return READ[name]
    metadata = package.metadata
    stated = metadata.get("License-Expression") or (metadata.get("License") or "").strip()
    if not stated or "\n" in stated:
        classifiers = metadata.get_all("Classifier") or []
        named = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
        stated = " OR ".join(SPELT.get(licence, licence) for licence in named) or "not stated"
    return SPELT.get(stated, stated)


def table(named: Mapping[str, str]) -> str:
    """Markdown table of licences and the packages under each, the commonest first."""
    packages: dict[str, list[str]] = {}
    for name, licence in sorted(named.items()):
        packages.setdefault(licence, []).append(name)
    rows = sorted(packages.items(), key=lambda row: (-len(row[1]), row[0]))
    return "| licence | packages |\n|---|---|\n" + "".join(
        f"| {licence} | {', '.join(names)} |\n" for licence, names in rows
    )


if __name__ == "__main__":
    print("\n".join(map(table, licences())))
