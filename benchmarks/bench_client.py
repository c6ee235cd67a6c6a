"""What a read of the client costs, and whether a reload makes readers wait.

    python benchmarks/bench_client.py

A lookup must cost under 2 microseconds. For the reload, a reader looks a prompt up as fast as it
can and notes the time between two lookups: without a reload, while a release of 200 prompts is
replaced all the time, and with a target that takes a second to answer. Python runs one thread at a
time, so that a reader gives way now and then to the thread that verifies, by some 5 ms a turn and
more on a busy machine; it never waits for an answer. The bar: the longest pause is under a tenth of
the time that the slow target takes.
"""

from __future__ import annotations

import bisect
import itertools
import multiprocessing
import tempfile
import threading
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lensops.client import Prompts
from lensops.prompts import Message, Prompt
from lensops.release import Draft, Release
from lensops.targets.directory import Directory

BAR = 2.0  # microseconds
SLOW = 1.0  # seconds
CELLS = 10_000
PROMPTS = 200
TEXT = "Write an offer for {{ segment }} with {{ points }} points. " * 40
SECONDS = 3.0
DRAFT = Draft("Ada", "2026-01-02T03:04:05Z", "c" * 40)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        target = Directory("bench", Path(name), "bench")
        target.write(release(0), DRAFT, target.observe())
        size = (Path(name) / "current.json").stat().st_size
        print(f"release of {PROMPTS} prompts, {size / 1e6:.1f} MB")
        cost = lookups(Path(name))
        longest = reloads(Path(name))
    return 0 if cost < BAR and longest < SLOW * 100 else 1


def release(number: int) -> Release:
    """A release in which every prompt names its number."""
    prompts = {
        f"prompt_{index}": Prompt(f"v{number}", (Message("user", f"{number}: {TEXT}"),))
        for index in range(PROMPTS)
    }
    return Release("bench", prompts)


def lookups(folder: Path) -> float:
    """Print what lookups and renderings cost; a lookup's cost in microseconds."""
    prompts = Prompts.from_directory(folder)
    prompt = prompts["prompt_7"]
    cost = each(lambda: prompts["prompt_7"])
    print(f"lookup   {cost:6.3f} µs   (bar {BAR} µs)")
    print(f"version  {each(lambda: prompts['prompt_7'].version):6.3f} µs")
    print(f"render   {each(lambda: prompt.render(segment='Regular', points=120)):6.3f} µs")
    print(f"look     {each(prompts.reload, 2_000):6.3f} µs   (a look at an unchanged target)")
    prompts.close()
    return cost


def each(call: Callable[[], object], number: int = 200_000) -> float:
    """Microseconds of one call: the best of five rounds."""
    return min(timeit.repeat(call, number=number, repeat=5)) / number * 1e6


def reloads(folder: Path) -> float:
    """Print the pauses of readers; the longest during a look that takes a second, in ms."""
    print(f"{'pauses of a reader, ms':40}   99.9 %  99.999 %   longest")
    pauses("no reload", Prompts.from_directory(folder))
    writer = multiprocessing.Process(target=write, args=(folder,), daemon=True)
    writer.start()
    pauses("a new release every 100 ms", Prompts.from_directory(folder, ttl=0.05))
    writer.kill()
    with slow_server(folder) as url:
        return pauses(f"a target that takes {SLOW} s", Prompts.from_url(url, ttl=0.05))


def write(folder: Path) -> None:
    """Write releases until killed, in a process of its own: it must not take the readers' turn."""
    target = Directory("bench", folder, "bench")
    for number in itertools.count(1):
        target.write(release(number), DRAFT, target.observe())
        time.sleep(0.1)


@contextmanager
def slow_server(folder: Path) -> Iterator[str]:
    """The address of a server that lets every answer wait."""
    data = (folder / "current.json").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(SLOW)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Figures are printed, no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def pauses(title: str, prompts: Prompts) -> float:
    """Print the times between two lookups of a reader; the longest in milliseconds."""
    counts = [0] * (CELLS + 1)  # of pauses by their length in steps of 10 µs; the last: longer
    longest = 0.0
    releases = set()
    before = time.perf_counter()
    end = before + SECONDS
    while before < end:
        releases.add(prompts["prompt_7"].sequence)
        now = time.perf_counter()
        counts[min(int((now - before) * 1e5), CELLS)] += 1
        longest = max(longest, now - before)
        before = now
    prompts.close()
    shares = [quantile(counts, share) for share in (0.999, 0.99999)]
    seen = f"{title} ({len(releases)} seen)"
    print(f"{seen:40} {shares[0]:8.2f}  {shares[1]:8.2f}  {longest * 1e3:8.2f}")
    return longest * 1e3


def quantile(counts: list[int], share: float) -> float:
    """The upper end, in milliseconds, of the cell that holds a quantile."""
    sums = list(itertools.accumulate(counts))
    return (bisect.bisect_left(sums, share * sums[-1]) + 1) / 100


if __name__ == "__main__":
    raise SystemExit(main())
