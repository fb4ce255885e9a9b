"""Identity of a process on a machine, to check later whether it still runs."""

import os
import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_DEAD = {"Z", "X"}  # states of processes that have ended and are not forgotten yet


@dataclass(frozen=True)
class ProcessIdentity:
    """A process, distinguished from all others.

    Attributes:
        host: Name of its machine, for people.
        machine: Tells machines apart, and starts and containers of one machine.
        pid: Id of the process.
        start: When it was started, in the system's own unit; empty where that is not known.
    """

    host: str
    machine: str
    pid: int
    start: str

    @classmethod
    def own(cls) -> "ProcessIdentity":
        """The identity of this process."""
        pid = os.getpid()
        return cls(platform.node(), _machine(), pid, _start_of(pid) or "")

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> "ProcessIdentity":
        """An identity from its stored fields; fields that only another release knows are ignored.

        Raises:
            LookupError: Something is missing.
            TypeError: It is no mapping, or holds something else; or ``ValueError``.
        """
        return cls(
            str(given["host"]), str(given["machine"]), int(given["pid"]), str(given["start"])
        )

    @property
    def is_here(self) -> bool:
        """Whether its machine is this one, so that :attr:`runs` can be known."""
        return self.machine == _machine()

    @property
    def runs(self) -> bool:
        """Whether a process of this machine still runs."""
        return _start_of(self.pid) == self.start


def _machine() -> str:
    try:
        boot, container = _BOOT_ID.read_text().strip(), str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # no Linux
        boot, container = f"{uuid.getnode():x}", ""
    return f"{platform.node()} {boot} {container}".strip()


def _start_of(pid: int) -> str | None:
    """When a process was started; empty where the system does not say, None if it has ended."""
    if pid <= 0:
        return None
    try:
        os.kill(pid, 0)
    except PermissionError:  # it is another user's
        pass
    except (ProcessLookupError, OverflowError):
        return None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return None if fields[0] in _DEAD else fields[19]
