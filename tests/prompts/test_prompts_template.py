r"""Templates: what is filled in, what is literal, and one spelling for each meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensops.prompts.template import Template, parse_template

TEXTS = st.text(st.sampled_from("{}\\% x>#"), max_size=12)
NAMES = st.sampled_from(["x", "y_1", ">tone"])


@st.composite
def templates(draw: st.DrawFn) -> Template:
    names = draw(st.lists(NAMES, max_size=3))
    parts = [draw(TEXTS)]
    for name in names:
        parts += [name, draw(TEXTS)]
    return Template(tuple(parts))


@given(templates())
def test_every_template_has_a_spelling_that_is_read_back(template: Template) -> None:
    assert parse_template(str(template)) == (template, [])


@given(TEXTS)
def test_what_has_no_fault_has_one_spelling(text: str) -> None:
    template, faults = parse_template(text)
    if not faults:
        assert parse_template(str(template))[0] == template


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("a {{ x }} b", "a 1 b"),
        ("{{x}}{{  x  }}", "11"),
        (r"\{{ x }}", "{{ x }}"),
        (r"\\{{ x }}", r"\1"),
        (r"\\\{{ x }}", r"\{{ x }}"),
        (r"\{{{ x }}", "{1"),
        (r'{"a": {{ x }}}', '{"a": 1}'),
        (r"{\{{ x }}}", "{{{ x }}}"),
        (r"$\{{ secrets.TOKEN }}", "${{ secrets.TOKEN }}"),
        (r"\{% if x %}", "{% if x %}"),
        (r"\{{#each y}} a \{{/each}}", "{{#each y}} a {{/each}}"),
        (r"100 {% of", "100 {% of"),
        (r"C:\dir \n {x} ${x} }}", r"C:\dir \n {x} ${x} }}"),
        (r"\frac{{\bf a}}", None),
    ],
)
def test_what_is_filled_in(written: str, filled: str | None) -> None:
    template, faults = parse_template(written)
    if filled is None:
        assert faults
    else:
        assert (template.fill({"x": 1}), faults) == (filled, [])


@pytest.mark.parametrize(
    ("written", "token", "start"),
    [
        ("a {{ a b }}", "{{ a b }}", 2),
        ("{{", "{{", 0),
        ("x {{{ y }}}", "{{{ y }}", 2),
        ("{{#if x}}", "{{#if x}}", 0),
        ("{% if x %}", "{% if x %}", 0),
        ("{{ x | upper }}", "{{ x | upper }}", 0),
        ("{{ x.y }}", "{{ x.y }}", 0),
        ("{{>}}", "{{>}}", 0),
        ("{{é}}", "{{é}}", 0),
    ],
)
def test_logic_is_a_fault(written: str, token: str, start: int) -> None:
    (fault,) = parse_template(written)[1]
    assert (fault.token, fault.start) == (token, start)


def test_a_fragment_is_expanded_with_its_variables() -> None:
    template, _ = parse_template(r"Be {{> tone }}. {{ x }} {{> other}}")
    tone, _ = parse_template(r"warm, \{{ never }} to {{ name }}!")
    expanded = template.expand({"tone": tone})
    assert template.fragments == {"tone", "other"}
    assert str(expanded) == r"Be warm, \{{ never }} to {{ name }}!. {{ x }} {{> other }}"
    assert (expanded.fragments, expanded.variables) == ({"other"}, {"name", "x"})
