"""A file system of fsspec in memory, ``fsspec+faulty://``, with faults where a test wants them."""

import io
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import fsspec
from fsspec import AbstractFileSystem

Fault = int | str | None


class AnswerError(Exception):
    """What a client library raises that knows no OSError."""


class FaultyFileSystem(AbstractFileSystem):
    """Files in memory; whatever is asked for can fail."""

    protocol = "faulty"
    kept: ClassVar[dict[str, bytes]] = {}
    tries: ClassVar[Counter[tuple[str, str]]] = Counter()
    fault: Callable[[str, str, int], Fault] = staticmethod(lambda *_: None)

    @classmethod
    def watch(cls, fault: Callable[[str, str, int], Fault] = lambda *_: None) -> None:
        """From now on fails like this."""
        cls.tries.clear()
        cls.fault = staticmethod(fault)

    @classmethod
    def fill(cls, bucket: str, files: dict[str, bytes]) -> None:
        cls.kept.update({f"{bucket}/{name}": content for name, content in files.items()})

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        path = self._strip_protocol(path)
        fail("find", path)
        return self._look(path)

    def _look(self, path: str) -> dict[str, Any]:
        if path in self.kept:
            return {"name": path, "size": len(self.kept[path]), "type": "file"}
        if any(name.startswith(f"{path}/") for name in self.kept):
            return {"name": path, "size": 0, "type": "directory"}
        raise FileNotFoundError(path)

    def find(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        path = self._strip_protocol(path)
        fail("list", path)
        return {name: self._look(name) for name in self.kept if name.startswith(f"{path}/")}

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """There are no folders."""

    def rm(self, path: str, recursive: bool = False, maxdepth: int | None = None) -> None:
        fail("delete", self._strip_protocol(path))
        del self.kept[self._strip_protocol(path)]

    def open(self, path: str, mode: str = "rb", **kwargs: Any) -> io.BytesIO:
        path = self._strip_protocol(path)
        if mode == "wb":
            return _Written(path)
        if path not in self.kept:
            raise FileNotFoundError(path)
        return _Read(path)


class _Read(io.BytesIO):
    def __init__(self, path: str) -> None:
        super().__init__(FaultyFileSystem.kept[path])
        self.path, self.size = path, len(FaultyFileSystem.kept[path])

    def read(self, size: int | None = -1) -> bytes:
        cut = fail("read", self.path) == "cut"
        content = super().read(size)
        return content[: len(content) // 2] if cut else content


class _Written(io.BytesIO):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def close(self) -> None:
        if not self.closed:
            content = self.getvalue()
            super().close()
            fail("close", self.path)
            FaultyFileSystem.kept[self.path] = content


def fail(method: str, path: str) -> Fault:
    """Raises what goes wrong, if anything."""
    FaultyFileSystem.tries[method, path] += 1
    fault = FaultyFileSystem.fault(method, path, FaultyFileSystem.tries[method, path])
    if isinstance(fault, int):
        raise AnswerError(f"{fault} told to")
    raised = {
        "reset": ConnectionResetError("reset by peer"),
        "stall": TimeoutError("timed out"),
        "expired": PermissionError("keys have expired"),
    }
    if fault in raised:
        raise raised[fault]
    return fault


fsspec.register_implementation("faulty", FaultyFileSystem, clobber=True)
