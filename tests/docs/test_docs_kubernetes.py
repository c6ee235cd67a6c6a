"""The snippets of docs/kubernetes.md, carried out as a cluster would: mounted, asked, judged."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from ruamel.yaml import YAML

from lensops.client import Prompts
from support import sample
from support.cli import lensops
from support.repo import Repo

PAGE = (Path(__file__).parents[2] / "docs/kubernetes.md").read_text()
LIMIT = 1 << 20  # bytes of a ConfigMap


def snippet(name: str) -> Any:
    text = next(t for t in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if f"# {name}" in t)
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


def apply(project: Repo, version: str) -> None:
    project.commit(f"Use {version}", sample.manifest(version))
    assert lensops("apply", "--yes", cwd=project.root).code == 0


class Mount:
    """A folder that is written as the kubelet writes a ConfigMap: by swapping one link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.count = 0

    def update(self, data: dict[str, str]) -> None:
        self.count += 1
        version = self.folder / f"..{self.count}"
        version.mkdir()
        for key, text in data.items():
            (version / key).write_text(text)
            if not (self.folder / key).is_symlink():
                (self.folder / key).symlink_to(f"..data/{key}")
        staged = self.folder / "..data_tmp"
        staged.symlink_to(version.name)
        staged.replace(self.folder / "..data")


def config_map(kustomization: Any, branch: Path) -> dict[str, str]:
    """What kustomize generates: a key for each file, its content as text."""
    (generator,) = kustomization["configMapGenerator"]
    data = {name: (branch / name).read_text() for name in generator["files"]}
    assert sum(len(text.encode()) for text in data.values()) < LIMIT
    return data


def test_a_config_map_of_the_branch_is_what_the_application_reads(
    project: Repo, tmp_path: Path
) -> None:
    kustomization, deployment = snippet("kustomization.yaml"), snippet("deployment.yaml")
    spec = deployment["spec"]["template"]["spec"]
    (volume,), (mount,) = spec["volumes"], spec["containers"][0]["volumeMounts"]
    assert volume["configMap"]["name"] == kustomization["configMapGenerator"][0]["name"]
    assert mount["name"] == volume["name"]
    assert "subPath" not in mount
    assert f'Prompts.from_directory("{mount["mountPath"]}")' in PAGE
    assert kustomization["generatorOptions"]["disableNameSuffixHash"]

    live, folder = project.root / "live/production", Mount(tmp_path / "etc")
    apply(project, "v1")
    folder.update(config_map(kustomization, live))
    prompts = Prompts.from_directory(folder.folder)
    assert prompts["offer_copy"].version == "v1"
    apply(project, "v2")
    folder.update(config_map(kustomization, live))
    assert prompts.reload()
    assert (prompts["offer_copy"].version, prompts.problem) == ("v2", None)


@pytest.fixture
def served(project: Repo) -> Iterator[str]:
    apply(project, "v1")
    handler = partial(SimpleHTTPRequestHandler, directory=str(project.root / "live/production"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def measure(metric: Any, host: str, **arguments: str) -> bool:
    """Ask and judge as the web provider does: a JSON path, and a comparison with `result`."""
    web = metric["provider"]["web"]
    path = re.sub(r"^http://[^/]+", "", web["url"])
    key = re.fullmatch(r"\{\$\.(\w+)\}", web["jsonPath"])
    assert key is not None
    with urlopen(host + path) as answer:
        result = YAML(typ="safe", pure=True).load(answer.read())[key[1]]
    condition = metric["successCondition"]
    for name, value in arguments.items():
        condition = condition.replace(f"{{{{args.{name}}}}}", value)
    expected = re.fullmatch(r'result == "([^"]*)"', condition)
    assert expected is not None
    return bool(result == expected[1])


def test_an_analysis_holds_a_rollout_to_one_release(project: Repo, served: str) -> None:
    spec = snippet("analysis-release.yaml")["spec"]
    assert [argument["name"] for argument in spec["args"]] == ["release"]
    (metric,) = spec["metrics"]
    plan = lensops("plan", "--format", "json", cwd=project.root).json
    release = plan["targets"][1]["desired"]

    assert measure(metric, served, release=release)
    apply(project, "v2")
    assert not measure(metric, served, release=release)


@pytest.mark.slow
def test_a_job_asks_the_gate(tmp_path: Path) -> None:
    (metric,) = snippet("analysis-gate.yaml")["spec"]["metrics"]
    job = metric["provider"]["job"]["spec"]
    assert job["backoffLimit"] == 0
    (container,) = job["template"]["spec"]["containers"]
    program, *arguments = container["command"]
    assert program == "lensops"
    project = Repo(tmp_path / "shop")
    assert lensops("init", cwd=project.root).code == 0
    project.commit("Begin")

    def run() -> int:
        command = [sys.executable, "-m", program, *arguments]
        return subprocess.run(command, cwd=project.root, capture_output=True).returncode

    assert run() == 0
    manifest = (project.root / "lensops.yaml").read_text()
    project.commit("Ask for too much", {"lensops.yaml": manifest.replace("0.75", "0.99", 1)})
    assert run() == 1
