"""Every value, key and line of every sample is changed in turn: refused with its place, or seen.

The law of the request shape: equal digests, no section of a diff, no change of a plan and one
request go together, for any two files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lensops.errors import Invalid, Problem
from lensops.plan import Plan, changes, make
from lensops.plan.difference import section_changes
from lensops.prompts import Interface, Prompt, Variable, request_body
from lensops.prompts.forms.structured import ABOUT, METADATA
from lensops.release import Release
from lensops.render.markdown import markdown
from lensops.report import plan as report
from support.corpus import GOOD, Sample, load, write
from support.mutations import body_mutations, document_mutations, join, reorder, split

# outside of the request, as docs/prompts.md says: about the file, and how to reach a provider
OUTSIDE = {*METADATA, *ABOUT, "$schema", "provider", "ext.team", "maxTurns"}
WITHIN = {"configuration", "connection", "input_variables"}
# what follows from what stands beside it: left out, it means the same
IMPLIED = {"type", "responseFormat", "format", "api", "apiType", "_type", "template_format", "lc"}
IMPLIED |= {"template", "kind", "parser", "output_parser", "additional_kwargs", "content"}
IMPLIED |= {"required", "provider"}
FIRST = ("system:", "# system:")  # the role that a file begins with anyway


def is_outside(done: str, path: tuple[Any, ...]) -> bool:
    """Whether a change says nothing of the request."""
    is_implied = done in {"removed", "emptied"} and path[-1] in IMPLIED
    is_line = path[0] == "line" and done == "left out"  # a comment, or the first role of a file
    is_comment = is_line and (path[1].startswith("{{!") or path[1] in FIRST)
    is_module = "id" in path and path[-1] in {1, 2}  # where the class of LangChain lies
    about = path[-1] == "style?" or ("variables" in path and "description" in path)
    is_order = done == "reversed" and path[-1] in {"inputs", "parameters"}  # of names
    is_list = done == "removed" and path[0] == "variables"  # of names that the texts have as well
    is_named = is_list or any(step in WITHIN for step in path) or path[0] in OUTSIDE
    return is_implied or is_comment or is_module or about or is_order or is_named


def release(prompt: Prompt) -> Release:
    variables = {name: prompt.inputs.get(name, Variable()) for name in prompt.variables}
    return Release("shop", {"p": prompt}, interfaces={"p": Interface(variables)})


def request(prompt: Prompt) -> dict[str, Any]:
    inputs = {name: f"<{name}>" for name in prompt.variables}
    return request_body(prompt, inputs) | {"model": prompt.model}


def hold_law(old: Prompt, new: Prompt) -> bool:
    """Whether two prompts are the same in everything; the law says that all agree on it."""
    same = new.digest == old.digest
    sections = section_changes(old, new)
    assert (not sections) == same == (request(new) == request(old))
    planned = changes(release(old), release(new))
    one_interface = release(old).interface("p") == release(new).interface("p")
    assert (not planned) == (same and one_interface)
    if sections:
        plan = Plan((make("t", release(old), release(new)),))
        shown = markdown(report.document(plan))
        assert all(section.name in shown for section in sections)
    return same and one_interface


def variants(sample: Sample) -> Iterator[tuple[str, str, tuple[Any, ...], str]]:
    """(file, what was done, where, the file's text) for every change of every file."""
    for name, data in sample.files.items():
        document, body = split(name, data.decode("utf-8-sig").replace("\r\n", "\n"))
        for done, path, changed in document_mutations(document) if document is not None else ():
            yield name, done, path, join(name, changed, body)
        for done, path, text in body_mutations(body):
            yield name, done, path, join(name, document, text)


def read(folder: Path, sample: Sample, name: str, text: str) -> tuple[Prompt | None, Any]:
    write(folder, {**sample.files, name: text.encode()})
    try:
        prompt = load(folder, sample)
    except Invalid as error:
        return None, error.problems
    return prompt, prompt.notes


FIRST_OF_FORM = {sample.form: str(sample) for sample in reversed(GOOD)}.values()
SAMPLES = [
    pytest.param(sample, marks=[] if str(sample) in FIRST_OF_FORM else pytest.mark.slow)
    for sample in GOOD
]  # one of each form in the suite, all in the run of what is slow


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_change_is_refused_or_seen(sample: Sample, tmp_path: Path) -> None:
    write(tmp_path, sample.files)
    old = load(tmp_path, sample)
    missed = []
    for name, done, path, text in variants(sample):
        new, told = read(tmp_path, sample, name, text)
        if new is None:
            assert all(problem.location.line or is_whole(problem) for problem in told), told
            continue
        if hold_law(old, new) and not is_outside(done, path) and texts(told) == texts(old.notes):
            missed.append((name, done, path))
    assert not missed, "\n".join(map(str, missed))


def texts(notes: tuple[Problem, ...]) -> list[str]:
    return [note.message for note in notes]


def is_whole(problem: Problem) -> bool:
    """A problem of a file as a whole, or of the version."""
    return "is empty" in problem.message or "there is no" in problem.message


@pytest.mark.parametrize("sample", GOOD, ids=str)
def test_layout_and_comments_say_nothing(sample: Sample, tmp_path: Path) -> None:
    write(tmp_path, sample.files)
    old = load(tmp_path, sample)
    for name, data in sample.files.items():
        document, body = split(name, data.decode("utf-8-sig").replace("\r\n", "\n"))
        laid_out = join(name, document, body)
        new, _ = read(tmp_path, sample, name, laid_out)
        assert new is not None
        assert new.digest == old.digest
        hold_law(old, read(tmp_path, sample, name, join(name, reorder(document), body))[0] or old)
        if document is not None and not name.endswith(".json"):
            first = laid_out.index("\n") + 1 if laid_out.startswith("---\n") else 0
            commented = f"{laid_out[:first]}# a comment\n{laid_out[first:]}"
            new, _ = read(tmp_path, sample, name, commented)
            assert new is not None
            assert hold_law(old, new)
