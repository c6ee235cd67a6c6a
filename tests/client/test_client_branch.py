"""The tree of a git target, as a host serves it raw, is what the client reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lensops.client import Prompts
from support import sample
from support.cli import lensops
from support.repo import Repo

BRANCH = "lensops/live/production"
TARGETS = f"targets:\n  production: {{git: origin, branch: {BRANCH}}}\n"


@contextmanager
def raw(host: Repo) -> Iterator[str]:
    """The address of a server that gives the files of branches, as forges do."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            branch, _, path = self.path.lstrip("/").rpartition("/")
            text = host.git("show", f"{branch}:{path}", check=False)
            self.send_response(200 if text else 404)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Tests read no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_branch_is_read_at_its_raw_address(repo: Repo, tmp_path: Path) -> None:
    host = Repo(tmp_path / "host.git", init=False)
    host.root.mkdir()
    host.git("init", "-q", "--bare", ".")
    repo.git("remote", "add", "origin", str(host.root))
    manifest = sample.MANIFEST.split("targets:")[0] + TARGETS
    repo.commit("Begin", {**sample.files(), "lensops.yaml": manifest})
    assert lensops("apply", "--yes", cwd=repo.root).code == 0
    with raw(host) as url:
        prompts = Prompts.from_url(f"{url}/{BRANCH}")
        prompt = prompts["offer_copy"]
        assert (prompt.version, prompt.sequence, prompt.commit) == ("v1", 1, repo.head())
        assert prompt.render(segment="Regular", points=3)[0]["role"] == "system"

        assert lensops("activate", "v2", "--commit", cwd=repo.root).code == 0
        assert lensops("apply", "--yes", cwd=repo.root).code == 0
        assert prompts.reload()
        assert prompts["offer_copy"].version == "v2"

        host.git("update-ref", "-d", f"refs/heads/{BRANCH}")
        assert not prompts.reload()
        assert prompts["offer_copy"].version == "v2"
        assert prompts.problem == "the server answered 404"
