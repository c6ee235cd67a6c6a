"""A small web service that reads its prompt with lensops.client: copy what you need of it.

python service.py TARGET [--port 8000] [--ttl 5]

TARGET is the folder of a directory target, or the http address of a target.
"""

from __future__ import annotations

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lensops.client import Prompts, UnknownPrompt, VariablesWrong

PROMPT = "offer_copy"


def offer(prompts: Prompts, values: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """An HTTP status, and what a model would be asked for a guest."""
    try:
        prompt = prompts[PROMPT]  # one lookup a request: all that follows is of one release
        messages = prompt.render(**values)
    except UnknownPrompt as error:
        return 503, {"error": str(error)}
    except VariablesWrong as error:
        return 400, {"error": str(error)}
    # Here an application asks its model: prompt.model, messages, **prompt.parameters.
    return 200, {"messages": messages, "trace": prompt.trace()}


def health(prompts: Prompts) -> tuple[int, dict[str, Any]]:
    """Healthy while there is a release to serve; a target that is gone is told, not fatal."""
    release = prompts.release
    about = {"release": release.digest, "age": prompts.age, "problem": prompts.problem}
    return 200, about


def handler(prompts: Prompts) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests with these prompts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/offer":
                self.answer(*offer(prompts, dict(parse_qsl(url.query))))
            elif url.path == "/health":
                self.answer(*health(prompts))
            else:
                self.answer(404, {"error": "there are /offer and /health"})

        def answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """A line for each request would hide what matters here."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", help="folder or http address of a target")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--ttl", type=float, default=5.0, help="seconds between two polls")
    options = parser.parse_args()
    read = Prompts.from_url if "://" in options.target else Prompts.from_directory
    with (
        read(options.target, ttl=options.ttl) as prompts,
        ThreadingHTTPServer(("127.0.0.1", options.port), handler(prompts)) as server,
    ):
        print(f"serving http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
