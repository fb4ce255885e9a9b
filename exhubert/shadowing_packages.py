"""Packages of the user that shadow ours by their names: an error names their path."""

from importlib.util import find_spec
from pathlib import Path

OURS = ("pipeline", "training")
"""Import names that a project beside ours may use, too."""

_HOME = Path(__file__).resolve().parents[1]


class HiddenPackageError(ImportError):
    """Another package or module is found under the name of one of ours."""


def check_packages(*names: str) -> None:
    """Makes sure that ``import pipeline`` and ``import training`` would find ours.

    Args:
        names: Of packages; all of :data:`OURS` if there are none.

    Raises:
        HiddenPackageError: Another of that name comes first in ``sys.path``.
    """
    for name in names or OURS:
        found = _find(name)
        if found is not None and found != _HOME / name:
            raise HiddenPackageError(
                f"{found} hides the package {name!r} of exhubert, which lies in {_HOME / name}: "
                f"rename it, or start Python where {found.parent} is not in sys.path"
            )


def _find(name: str) -> Path | None:
    """The folder of a package, or the file of a module, that an import would take."""
    try:
        spec = find_spec(name)
    except ValueError:  # imported already, without a spec, as in some notebooks
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations is not None:  # a package, with or without __init__.py
        return next((Path(place).resolve() for place in spec.submodule_search_locations), None)
    return Path(spec.origin).resolve() if spec.origin else None
