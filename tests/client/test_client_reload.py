"""A release that changes, breaks, goes away and comes back, under readers and after forks."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lensops.client import Prompts, UnknownPrompt
from lensops.client.source import FolderSource
from support.served import serve, shop

SOON = 5.0  # seconds; looks happen every 20 ms here


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def threads() -> set[threading.Thread]:
    """The refresh threads of this process; those of other tests may still be ending."""
    return {thread for thread in threading.enumerate() if thread.name == "lensops"}


@pytest.fixture
def live(tmp_path: Path) -> Path:
    serve(tmp_path / "live", shop(copy="v1", footer="v7"))
    return tmp_path / "live"


def test_a_new_release_is_seen_by_itself(live: Path) -> None:
    with Prompts.from_directory(live, ttl=0.02) as prompts:
        assert prompts["copy"].version == "v1"
        serve(live, shop(copy="v2", footer="v7"))
        wait_for(lambda: prompts["copy"].version == "v2")
        assert prompts["copy"].sequence == 2


def test_a_release_in_hand_never_changes(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    release, prompt = prompts.release, prompts["copy"]
    serve(live, shop(copy="v2", footer="v8"))
    assert prompts.reload()
    assert (release["copy"].version, release["footer"].version) == ("v1", "v7")
    assert prompt.render(brand="x", points=1)[1]["content"].startswith("v1:")
    assert (prompts["copy"].version, prompts["footer"].version) == ("v2", "v8")


def test_the_same_release_again_changes_nothing(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    release = prompts.release
    os.utime(live / "current.json")
    assert not prompts.reload()
    assert prompts.release is release


def test_an_unchanged_file_is_read_once(live: Path) -> None:
    source = FolderSource(live)
    assert source.read_changes()
    assert source.read_changes(), "what was not accepted is given again"
    os.utime(live / "current.json", (1, 1))  # older than what a coarse clock could confuse
    assert source.read_changes()
    source.accept()
    assert source.read_changes() is None
    serve(live, shop(copy="v2"))
    assert source.read_changes()
    source.accept()
    assert source.read_changes(), "a file of this moment may be written again within one tick"


@pytest.mark.parametrize("kind", ["deleted", "cut off", "not a release", "altered", "a folder"])
def test_the_last_good_release_outlives_its_target(
    live: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    prompts = Prompts.from_directory(live)
    current = live / "current.json"
    whole = current.read_bytes()
    current.unlink()
    broken = {
        "cut off": whole[:100],
        "not a release": b"<html>",
        "altered": whole.replace(b"points for", b"insults for"),
    }
    if kind in broken:
        current.write_bytes(broken[kind])
    elif kind == "a folder":
        current.mkdir()
    with caplog.at_level(logging.WARNING, "lensops.client"):
        assert not prompts.reload()
        assert not prompts.reload()
    assert prompts["copy"].version == "v1"
    assert prompts.problem
    assert caplog.text.count("the last good release is served") == 1
    shutil.rmtree(live)
    serve(live, shop(copy="v2"))
    assert prompts.reload()
    assert prompts["copy"].version == "v2"
    assert prompts.problem is None


def test_age_grows_while_the_target_is_gone(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    prompt = prompts["copy"]
    time.sleep(0.3)
    assert prompts.age >= 0.3
    assert not prompts.reload()
    assert prompts.age < 0.3
    assert prompt.age < 0.3  # what was handed out knows it as well
    shutil.rmtree(live)
    time.sleep(0.3)
    prompts.reload()
    assert prompt.age >= 0.3


def test_a_removed_prompt_is_served_and_marked(live: Path) -> None:
    prompts = Prompts.from_directory(live)
    serve(live, shop(copy="v2"))
    assert prompts.reload()
    assert list(prompts) == ["copy"]
    assert "footer" in prompts
    assert (prompts["footer"].version, prompts["footer"].removed) == ("v7", True)
    assert (prompts["footer"].sequence, prompts["copy"].sequence) == (1, 2)
    serve(live, shop(copy="v3"))
    assert prompts.reload()
    assert prompts["footer"].removed  # however many releases ago
    serve(live, shop(copy="v3", footer="v8"))
    assert prompts.reload()
    assert (prompts["footer"].version, prompts["footer"].removed) == ("v8", False)


def test_a_process_that_begins_later_does_not_know_a_removed_prompt(live: Path) -> None:
    serve(live, shop(copy="v2"))
    with pytest.raises(UnknownPrompt):
        Prompts.from_directory(live)["footer"]


def test_a_mount_that_swaps_a_link_is_followed(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        serve(tmp_path / version, shop(copy=version))
    (tmp_path / "data").symlink_to("v1")
    prompts = Prompts.from_directory(tmp_path / "data")
    (tmp_path / "next").symlink_to("v2")
    (tmp_path / "next").replace(tmp_path / "data")
    assert prompts.reload()
    assert prompts["copy"].version == "v2"


def test_a_relative_path_outlives_a_change_of_folder(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(live.parent)
    prompts = Prompts.from_directory("live")
    monkeypatch.chdir("/")
    serve(live, shop(copy="v2"))
    assert prompts.reload()


def test_no_thread_before_the_first_read_and_one_afterwards(live: Path) -> None:
    before = threads()
    prompts = Prompts.from_directory(live, ttl=0.02)
    assert not threads() - before
    readers = [threading.Thread(target=lambda: prompts["copy"]) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(threads() - before) == 1
    prompts.close()
    wait_for(lambda: not threads() - before)
    assert prompts["copy"].version == "v1"  # reading goes on, no thread starts
    assert not threads() - before


def test_the_thread_ends_with_its_prompts(live: Path) -> None:
    before = threads()
    prompts = Prompts.from_directory(live, ttl=0.02)
    assert prompts["copy"]
    del prompts
    gc.collect()
    wait_for(lambda: not threads() - before)


def test_readers_in_many_threads_see_whole_releases(live: Path) -> None:
    """Each read of two prompts is of one release, while releases follow each other."""
    mixed: list[str] = []
    counts = [0] * 4
    stop = threading.Event()
    serve(live, shop(copy="r0", footer="r0"))
    prompts = Prompts.from_directory(live, ttl=0.002)

    def read(index: int) -> None:
        while not stop.is_set():
            release = prompts.release
            texts = [release[name].render(brand="b", points=1) for name in ("copy", "footer")]
            versions = {message["content"].split(":")[0] for _, message in texts}
            if versions != {release["copy"].version}:
                mixed.append(str(versions))
            counts[index] += 1
            time.sleep(0)  # the writer is a thread of this process as well

    threads = [threading.Thread(target=read, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 13):
        serve(live, shop(copy=f"r{number}", footer=f"r{number}"))
    wait_for(lambda: prompts["copy"].version == "r12")
    stop.set()
    for thread in threads:
        thread.join()
    prompts.close()
    assert not mixed
    assert min(counts) > 0


FORKED = """
import os, sys, threading, time
from lensops.client import Prompts

prompts = Prompts.from_directory(sys.argv[1], ttl=0.02)
assert prompts["copy"].version == "v1"          # the thread of the parent runs
with prompts._thread.polling:                   # and is in the middle of a poll
    child = os.fork()
if child == 0:
    assert threading.active_count() == 1
    assert prompts["copy"].version == "v1"
    assert threading.active_count() == 2         # the child has a thread of its own
    print("ready", flush=True)
    end = time.monotonic() + 10
    while prompts["copy"].version != "v2" and time.monotonic() < end:
        time.sleep(0.01)
    print(prompts["copy"].version, flush=True)
    os._exit(0)
os.waitpid(child, 0)
end = time.monotonic() + 10
while prompts["copy"].version != "v2" and time.monotonic() < end:
    time.sleep(0.01)
print(prompts["copy"].version, flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_has_prompts_that_are_kept_up_to_date(live: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(FORKED), str(live)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        serve(live, shop(copy="v2"))
        assert process.stdout.read() == "v2\nv2\n"
    assert process.returncode == 0


WITHOUT_THREADS = """
import resource, sys, threading
from lensops.client import Prompts

prompts = Prompts.from_directory(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (1, 1))   # no memory for the stack of a thread
assert prompts["copy"].version == "v1"
print(threading.active_count())
"""


def test_a_system_without_threads_left_still_reads(live: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_THREADS, str(live)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
