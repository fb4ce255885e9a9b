"""What libraries announce to take away ends a test, in whichever process it is used."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest


def use_what_is_deprecated() -> None:
    import warnings

    warnings.warn("old", FutureWarning, stacklevel=1)


def test_deprecations_are_errors_in_this_process() -> None:
    with pytest.raises(FutureWarning, match="old"):
        use_what_is_deprecated()


def test_deprecations_are_errors_in_commands() -> None:
    code = "import warnings; warnings.warn('old', DeprecationWarning)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "DeprecationWarning: old" in ran.stderr


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_deprecations_are_errors_in_workers(method: str) -> None:
    with ProcessPoolExecutor(1, get_context(method)) as pool:
        done = pool.submit(use_what_is_deprecated)
    with pytest.raises(FutureWarning, match="old"):
        done.result()
