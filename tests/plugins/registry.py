"""A registry of images on a port of this machine: one image, served slowly or to its owner only.

Engines take registries on 127.0.0.1 without certificates.
"""

import base64
import gzip
import hashlib
import io
import json
import os
import platform
import tarfile
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_CHUNK = 1 << 16


class Registry:
    """What is served, and how: bytes a second, and the login it asks for ("user:password")."""

    def __init__(self, files: Mapping[str, str | bytes | Path]) -> None:
        self.rate = 0
        self.login = ""
        self.host = ""
        self._files = files
        machine = platform.machine()
        self.become(_ARCHITECTURES.get(machine, machine))

    def become(self, architecture: str) -> None:
        """Let the image be for machines of this kind."""
        layer = _layer(self._files)
        config = _config(gzip.decompress(layer), architecture)
        self.blobs = {digest(each): each for each in (layer, config)}
        self.manifest = _manifest(layer, config)

    def image(self, name: str = "image:1") -> str:
        """Return the name by which the image is pulled from here."""
        return f"{self.host}/{name}"

    @property
    def digest(self) -> str:
        """The digest by which the image is known for ever."""
        return digest(self.manifest)


@contextmanager
def served(registry: Registry):
    """Serve a registry on a free port."""

    class Handler(_Handler):
        shop = registry

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def digest(data: bytes) -> str:
    """Return the name of some bytes in a registry."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class _Handler(BaseHTTPRequestHandler):
    """What an engine asks for when it pulls."""

    protocol_version = "HTTP/1.1"
    shop: Registry

    def do_GET(self):
        wanted = "Basic " + base64.b64encode(self.shop.login.encode()).decode()
        if self.shop.login and self.headers.get("Authorization") != wanted:
            self._answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="registry"'})
            return
        kind, _, name = self.path.rpartition("/")
        if self.path == "/v2/":
            self._answer(200, b"{}", {"Docker-Distribution-Api-Version": "registry/2.0"})
        elif kind.endswith("/manifests") and "/image/" in kind:
            self._answer(200, self.shop.manifest, {"Content-Type": MANIFEST})
        elif kind.endswith("/blobs") and name in self.shop.blobs:
            self._answer(200, self.shop.blobs[name], {"Content-Type": "application/octet-stream"})
        else:
            words = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            self._answer(404, json.dumps(words).encode(), {"Content-Type": "application/json"})

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Docker-Content-Digest", digest(body))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        for at in range(0, len(body), _CHUNK):
            self.wfile.write(body[at : at + _CHUNK])
            if self.shop.rate:
                time.sleep(_CHUNK / self.shop.rate)

    def log_message(self, *_):
        """Say nothing: the log would be among the test's output."""


def _layer(files):
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, content in files.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            data = data.encode() if isinstance(data, str) else data
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def _config(tar, architecture):
    return json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "config": {"Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(tar)]},
            "history": [{"created_by": f"tests {os.urandom(8).hex()}"}],
        }
    ).encode()


def _manifest(layer, config):
    def named(kind, data):
        return {"mediaType": kind, "size": len(data), "digest": digest(data)}

    words = {"schemaVersion": 2, "mediaType": MANIFEST, "config": named(CONFIG, config)}
    return json.dumps(words | {"layers": [named(LAYER, layer)]}).encode()
