"""Odd bytes and layouts of every form: read alike everywhere, or refused with their place."""

from __future__ import annotations

import pytest

from lensops.errors import Invalid
from lensops.prompts import parse

FORMS = {
    "v1.yaml": "user: Hi {{ a }}\n",
    "v1.prompt.yml": "messages:\n- role: user\n  content: Hi {{ a }}\n",
    "v1.md": "Hi {{ a }}\n",
    "v1.txt": "Hi {{ a }}\n",
    "v1.prompty": "---\nname: x\n---\nuser:\nHi {{ a }}\n",
    "v1.prompt": '---\nname: x\n---\n{{role "user"}}\nHi {{a}}\n',
    "v1.json": '[\n{"role": "user", "content": "Hi {{ a }}"}\n]\n',
}
HAPPENS = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "no end of line": lambda text: text.rstrip("\n").encode(),
    "more ends of line": lambda text: (text + "\n\n").encode(),
}
REFUSED = {
    "UTF-16": (lambda text: text.encode("utf-16"), "is not UTF-8"),
    "Latin-1": (lambda text: text.replace("Hi", "Hï").encode("latin-1"), "is not UTF-8"),
    "NUL": (lambda text: text.replace("Hi", "H\0i").encode(), "ontrol character"),
    "escape": (lambda text: text.replace("Hi", "H\x1bi").encode(), "ontrol character"),
    "empty": (lambda text: b"", ""),
    "blank": (lambda text: b"\n  \n", ""),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("odd", HAPPENS)
def test_what_editors_do_to_files_says_nothing(odd: str, name: str) -> None:
    expected = parse(b"user: Hi {{ a }}\n", "v1.yaml", "v1")
    if odd == "more ends of line" and name in {"v1.md", "v1.txt"}:
        pytest.skip("they are the text")
    assert parse(HAPPENS[odd](FORMS[name]), name, "v1") == expected


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("odd", REFUSED)
def test_bytes_that_are_no_text_are_refused(odd: str, name: str) -> None:
    change, says = REFUSED[odd]
    with pytest.raises(Invalid) as error:
        parse(change(FORMS[name]), name, "v1")
    assert says in str(error.value)
    assert str(error.value).startswith(name)


CONFLICTS = {
    "merge": "<<<<<<< HEAD\nHi\n=======\nHello\n>>>>>>> topic\n",
    "diff3": "<<<<<<< HEAD\nHi\n||||||| 1234567\nHe\n=======\nHello\n>>>>>>> 89abcde (copy)\n",
    "stash": "<<<<<<< Updated upstream\n=======\nHi\n>>>>>>> Stashed changes\n",
}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("conflict", CONFLICTS)
@pytest.mark.parametrize("name", [*FORMS, "v1.system.md", "quoted.yaml"])
def test_what_a_merge_left_is_no_text(name: str, conflict: str, ends: str) -> None:
    form = FORMS.get(name, "Hi {{ a }}\n")
    merged = form.replace("Hi {{ a }}\n", "Hi\n" + CONFLICTS[conflict])
    if name.endswith(("quoted.yaml", ".json")):
        merged = f'{{"user": "Hi\n{CONFLICTS[conflict]}"}}\n'
    elif merged == form:
        merged += CONFLICTS[conflict]
    with pytest.raises(Invalid) as error:
        parse(merged.replace("\n", ends).encode(), name, "v1")
    assert "a merge left a conflict here" in str(error.value)
    assert str(error.value).startswith(f"{name}:")


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n",  # as coding agents answer
        " " + CONFLICTS["merge"].replace("\n", "\n "),
        "Title\n=======\n>>>>>>> x\n",
        "<<<<<<< HEAD\n",
    ],
)
def test_what_only_looks_like_a_conflict_is_text(text: str) -> None:
    assert parse(text.encode(), "v1.md", "v1").messages[0].content == text.removesuffix("\n")


READ = [
    ("v1.json", '[{"role":"user","content":"\\u00e9\\ud83d\\ude00 \\\\ud83d"}]', "é😀 \\ud83d"),
    ("v1.json", '[{"role":"user","content":"a\\/b\\tc"}]', "a/b\tc"),
    ("v1.md", "\n---\nname: x\n---\nHi\n", "Hi"),
    ("v1.md", "---\n---\nHi\n", "Hi"),
    ("v1.md", "---\n- a\n---\nHi\n", "---\n- a\n---\nHi"),
    ("v1.md", "----\nname: x\n----\n", "----\nname: x\n----"),
    ("v1.md", "Title\n---\nname: x\n", "Title\n---\nname: x"),
    ("v1.yaml", "---\nuser: x\n...\n", "x"),
    ("v1.yaml", "user: yes\n", "yes"),
    ("v1.yaml", "user: 2026-01-01\n", "2026-01-01"),
    ("v1.yaml", "parameters: {<<: {top_p: 1}}\nuser: x\n", "x"),
    ("v1.prompt", "a\n  {{! c }}  \nb {{!-- d\n--}}c", "a\nb c"),
    ("v1.prompt", "\\{{x}} \\{{{y}}}", "{{x}} {{{y}}}"),
    ("v1.prompty", "user:\n{{ '{%' }} {# gone #}{% raw %}{{ x }}{% endraw %}", "{% {{ x }}"),
]


@pytest.mark.parametrize(("name", "text", "meant"), READ, ids=range(len(READ)))
def test_odd_layouts_are_read(name: str, text: str, meant: str) -> None:
    (template,) = parse(text.encode(), name, "v1").templates
    assert template.fill({}) == meant


CHAT = '{"messages":[{"role":"user","content":"x"}],'
NOT_READ = [
    ("v1.md", "+++\nname = 'x'\n+++\nHi", "v1.md:2:1: settings in TOML are not read"),
    ("v1.md", "---\nmodel: [\n---\nHi", "v1.md:3:1: "),
    ("v1.md", "{{ größe }}", "names have the letters a to z"),
    (
        "v1.json",
        '{"messages":[{"role":"user","content":"x"}],"system":"s"}',
        "1:45: 'system' is no",
    ),
    (
        "v1.json",
        '{"messages":[{"role":"user","content":"x"}],"functions":[]}',
        "write them as `tools:`",
    ),
    ("v1.json", '[{"role":"user","content":"\\ud83d"}]', "half of a surrogate pair"),
    ("v1.json", '[{"role":"user","role":"user","content":"x"}]', "duplicate key 'role'"),
    ("v1.yaml", "user: x\n---\nuser: y\n", "v1.yaml:2:1: a second YAML document"),
    ("v1.yaml", "user:\n\t- x\n", "indent with spaces, not tabs"),
    ("v1.prompt", "---\ntools: x\n---\nHi", "tools must be a list"),
    ("v1.prompt", "---\ntoolDefs: [x]\n---\nHi", "x has no key of a tool"),
    ("v1.prompt", "---\ninput: {schema: [a]}\n---\nHi", "'[a]' is no type of Picoschema"),
    ("v1.prompty", "---\nmodel: {id: 5}\n---\nuser:\nHi", "id must be text"),
    ("v1.prompty", "---\ninputs: [{name: a}, {name: a}]\n---\nuser:\n{{a}}", "declared twice"),
    ("v1.yaml", "_type: chat\nmessages: [{role: human}]\n", "the message has no content"),
]


@pytest.mark.parametrize(("name", "text", "says"), NOT_READ, ids=range(len(NOT_READ)))
def test_what_could_mean_anything_is_refused(name: str, text: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(text.encode(), name, "v1")
    assert says in str(error.value)
