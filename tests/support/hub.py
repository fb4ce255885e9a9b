"""The Hugging Face hub on this machine, as far as its client needs it to publish a dataset.

Large files go by the Git LFS protocol: the hub's newer one, Xet, is not spoken here.
"""

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from urllib.parse import urlsplit

TOKEN = "hf_test"


@dataclass
class Hub:
    """What the hub has, and what it was asked.

    Attributes:
        url: Its address.
        visibility: Of every repository, by name.
        files: Path → content, of the last commit.
        tags: Name → commit.
        objects: Checksum → content of large files that have arrived, committed or not.
        arrived: Checksums in the order of arrival.
        accept: Large files that are taken before the server refuses; None for all.
        commits: Number of commits.
    """

    url: str = ""
    visibility: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    arrived: list[str] = field(default_factory=list)
    accept: int | None = None
    commits: int = 0

    @property
    def head(self) -> str:
        """Id of the last commit."""
        return f"{self.commits:040x}"


@contextmanager
def serve() -> Iterator[Hub]:
    """Runs a hub until the block ends."""
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            name = path.removeprefix("/api/datasets/").removesuffix("/revision/main")
            if name not in hub.visibility:
                return self._answer(404, {"error": "Repository not found"})
            return self._answer(
                200,
                {
                    "id": name,
                    "sha": hub.head,
                    "private": hub.visibility[name] == "private",
                    "siblings": [{"rfilename": path} for path in hub.files],
                },
            )

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            path = urlsplit(self.path).path
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self._answer(401, {"error": "Invalid username or password."})
            if path.endswith("/commit/main"):
                return self._commit([json.loads(line) for line in asked.splitlines()])
            told = json.loads(asked)
            if path == "/api/repos/create":
                return self._create(told)
            if path == "/api/validate-yaml":
                return self._answer(200, {"errors": [], "warnings": []})
            if path.endswith("/preupload/main"):
                return self._answer(200, {"files": [_mode(hub, file) for file in told["files"]]})
            if path.endswith(".git/info/lfs/objects/batch"):
                return self._answer(200, {"objects": [self._batch(one) for one in told["objects"]]})
            if path.endswith("/tag/main"):
                return self._tag(told["tag"])
            return self._answer(404, {"error": f"no such thing: {path}"})

        def do_PUT(self) -> None:
            content = self._content()
            if hub.accept is not None and len(hub.arrived) >= hub.accept:
                return self._answer(403, {"error": "no more today"})
            oid = sha256(content).hexdigest()
            assert self.path == f"/objects/{oid}"
            hub.objects[oid] = content
            hub.arrived.append(oid)
            return self._answer(200, {})

        def _content(self) -> bytes:
            if "Content-Length" in self.headers:
                return self.rfile.read(int(self.headers["Content-Length"]))
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

        def _create(self, told: dict[str, str]) -> None:
            name = f"{told['organization']}/{told['name']}"
            status = 409 if name in hub.visibility else 200
            hub.visibility.setdefault(name, told.get("visibility") or "public")
            return self._answer(status, {"url": f"{hub.url}/datasets/{name}"})

        def _batch(self, wanted: dict[str, object]) -> dict[str, object]:
            if wanted["oid"] in hub.objects:
                return wanted
            return wanted | {"actions": {"upload": {"href": f"{hub.url}/objects/{wanted['oid']}"}}}

        def _commit(self, lines: list[dict[str, dict[str, str]]]) -> None:
            for line in lines:
                value, path = line["value"], line["value"].get("path", "")
                match line["key"]:
                    case "file":
                        hub.files[path] = base64.b64decode(value["content"])
                    case "lfsFile":
                        hub.files[path] = hub.objects[value["oid"]]
                    case "deletedFile":
                        del hub.files[path]
            hub.commits += 1
            (name,) = hub.visibility
            address = f"{hub.url}/datasets/{name}/commit/{hub.head}"
            return self._answer(200, {"commitUrl": address, "commitOid": hub.head})

        def _tag(self, name: str) -> None:
            if name in hub.tags:
                return self._answer(409, {"error": "Tag reference exists already"})
            hub.tags[name] = hub.head
            return self._answer(200, {})

        def _answer(self, status: int, told: dict[str, object]) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _mode(hub: Hub, file: dict[str, str]) -> dict[str, object]:
    """How a file goes up, and the id of what lies there already, as Git and LFS have it."""
    path, content = file["path"], hub.files.get(file["path"])
    large = path.endswith(".parquet")
    oid = None
    if content is not None:
        blob = b"blob %d\0" % len(content) + content
        oid = sha256(content).hexdigest() if large else sha1(blob).hexdigest()
    mode = "lfs" if large else "regular"
    return {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid}
