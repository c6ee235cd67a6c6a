"""Files of each form, with the requests that they make, and those with logic, refused by line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from lensops.errors import Invalid
from lensops.files import Folder
from lensops.prompts import load_prompt, request_body
from support.cli import lensops
from support.corpus import GOOD, REFUSED, ROOT, Sample, load, write
from support.repo import Repo


@pytest.mark.parametrize("sample", GOOD, ids=str)
def test_a_form_makes_this_request(sample: Sample, tmp_path: Path) -> None:
    prompt = load(ROOT / str(sample), sample)
    assert request_body(prompt, sample.values) == sample.body
    assert {name: entry.content() for name, entry in prompt.inputs.items()} == sample.inputs
    assert tuple(map(str, prompt.notes)) == sample.notes
    crlf = {name: data.replace(b"\r\n", b"\n") for name, data in sample.files.items()}
    write(tmp_path, {name: data.replace(b"\n", b"\r\n") for name, data in crlf.items()})
    assert load(tmp_path, sample).digest == prompt.digest


@pytest.mark.parametrize("sample", REFUSED, ids=str)
def test_what_is_more_than_a_prompt_is_refused(sample: Sample) -> None:
    with pytest.raises(Invalid) as error:
        load(ROOT / str(sample), sample)
    messages = [str(problem) for problem in error.value.problems]
    assert len(messages) == len(sample.says), messages
    for said in sample.says:
        assert any(message.startswith(said) for message in messages), (said, messages)


def test_every_form_has_five_samples() -> None:
    good, refused = Counter(s.form for s in GOOD), Counter(s.form for s in REFUSED)
    assert good.keys() == refused.keys()
    assert min(good.values()) >= 3
    assert min(refused.values()) >= 2


PARTS: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    (
        {"v2/user.md": "Hi {{ a }}", "v2/system.md": "You greet."},
        [("system", "You greet."), ("user", "Hi {{ a }}")],
    ),
    (
        {"v2.user.md": "Hi", "v2.system.txt": "You greet."},
        [("system", "You greet."), ("user", "Hi")],
    ),
    (
        {"v2/01-user.md": "A", "v2/02-assistant.md": "B", "v2/03-user.md": "C"},
        [("user", "A"), ("assistant", "B"), ("user", "C")],
    ),
]


@pytest.mark.parametrize(("files", "messages"), PARTS, ids=range(len(PARTS)))
def test_several_files_are_one_version(
    files: dict[str, str], messages: list[tuple[str, str]], tmp_path: Path
) -> None:
    folder = tmp_path / "prompts/p"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    prompt = load_prompt(Folder(tmp_path), "p", "v2")
    assert [(m.role, m.content) for m in prompt.messages] == messages


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"v2.system.md": "A", "v2.system.txt": "B"}, "version 'v2' has 2 files"),
        ({"v2.system.md": "A", "v2.yaml": "user: a"}, "version 'v2' has 2 files"),
        (
            {"v2/user.md": "---\nmodel: a\n---\nA", "v2/system.md": "---\nmodel: b\n---\nB"},
            "the settings of the version stand in prompts/p/v2/system.md already",
        ),
        ({"v2.j2": "A", "v2.mdx": "B"}, "prompts/p/v2.j2 and prompts/p/v2.mdx"),
        ({"v2.YAML": "A"}, "no form has the ending of prompts/p/v2.YAML"),
        ({"v2": "A"}, "no form has the ending of prompts/p/v2;"),
        ({"v2/system.yaml": "A"}, "there is prompts/p/v2/system.yaml: rename it"),
        ({"../p_v2.md": "A"}, "there is prompts/p_v2.md: rename it, or say `path:`"),
        ({"../p.yaml": "A"}, "there is prompts/p.yaml: rename it"),
        ({".v2.md": "A", "V2.md": "A"}, "versions: V2"),
        ({}, "prompts/p/ has no versions"),
    ],
)
def test_files_that_are_no_version(files: dict[str, str], says: str, tmp_path: Path) -> None:
    folder = tmp_path / "prompts/p"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with pytest.raises(Invalid, match=re.escape(says)):
        load_prompt(Folder(tmp_path), "p", "v2")


def test_the_manifest_declares_f_strings(project: Repo) -> None:
    text = (project.root / "lensops.yaml").read_text()
    text = text.replace("  offer_copy:\n", "  offer_copy:\n    template: f-string\n")
    version = "prompts/offer_copy/v3.yaml"
    manifest = text.replace("active: v1", "active: v3")
    project.write({"lensops.yaml": manifest, version: "user: Hi {segment} {{x}}\n"})
    done = lensops("plan", cwd=project.root)
    assert "Hi {{ segment }} {x}" in done.out
    project.write({version: "user: Hi {points:.2f}\n"})
    done = lensops("validate", cwd=project.root)
    assert f"{version}:1:10: '{{points:.2f}}' is formatting" in done.out
