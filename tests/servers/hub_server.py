"""A Hugging Face Hub on loopback: serves folders as repositories, by the protocol that huggingface_hub speaks."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlparse

SHA = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def hub(repositories, *, gated=()):
    """Serve ``{"org/name": folder}``; yields the address and the list of requests seen."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(body=True)

        def do_HEAD(self):
            self.answer(body=False)

        def answer(self, *, body):
            path = unquote(urlparse(self.path).path)
            seen.append(f"{self.command} {path}")
            parts = path.strip("/").split("/")
            if parts[:2] == ["api", "models"] and len(parts) >= 4:
                return self.about("/".join(parts[2:4]), parts[4:], body)
            if len(parts) >= 5 and parts[2] == "resolve":
                return self.file("/".join(parts[:2]), "/".join(parts[4:]), body)
            return self.refuse(404, "EntryNotFound", body)

        def about(self, repo, rest, body):
            if repo not in repositories:
                return self.refuse(404, "RepoNotFound", body)
            if repo in gated:
                return self.refuse(403, "GatedRepo", body)
            if rest[:1] == ["revision"] and rest[1] not in ("main", SHA):
                return self.refuse(404, "RevisionNotFound", body)
            files = [p for p in sorted(Path(repositories[repo]).rglob("*")) if p.is_file()]
            names = [(p.relative_to(repositories[repo]).as_posix(), p) for p in files]
            if rest[:1] == ["tree"]:
                found = [
                    {"type": "file", "path": n, "size": p.stat().st_size, "oid": digest(p)} for n, p in names
                ]
            else:
                siblings = [{"rfilename": n, "size": p.stat().st_size, "blobId": digest(p)} for n, p in names]
                found = {
                    "id": repo,
                    "modelId": repo,
                    "sha": SHA,
                    "siblings": siblings,
                    "tags": [],
                    "private": False,
                }
            return self.send(200, json.dumps(found).encode(), {"Content-Type": "application/json"}, body)

        def file(self, repo, name, body):
            if repo not in repositories:
                return self.refuse(404, "RepoNotFound", body)
            place = Path(repositories[repo], name)
            if not place.is_file():
                return self.refuse(404, "EntryNotFound", body)
            return self.send(
                200, place.read_bytes(), {"ETag": f'"{digest(place)}"', "X-Repo-Commit": SHA}, body
            )

        def refuse(self, status, code, body):
            self.send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code}, body)

        def send(self, status, content, headers, body):
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def digest(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()
