"""Wrapped lines: nothing is lost, nothing is too wide, words are broken only where they must be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lensops.render.wrap import wrap_line
from lensops.report.document import Line, Span, Tone, line

texts = st.text("ab|:é漢 -", max_size=60)
lines = st.lists(st.builds(Span, texts, st.sampled_from([Tone.PLAIN, Tone.BAD])), max_size=5)


def text(spans: Line) -> str:
    return "".join(span.text for span in spans)


def wrapped(spans: Line, width: int) -> list[str]:
    return [text(part) for part in wrap_line(spans, width)]


@given(lines.map(tuple), st.integers(8, 40))
def test_no_line_is_too_wide_and_every_letter_stays(spans: Line, width: int) -> None:
    parts = wrapped(spans, width)
    assert all(cell_len(part) <= width for part in parts)
    assert "".join("".join(parts).split()) == "".join(text(spans).split())


@given(lines.map(tuple), st.integers(8, 40))
def test_a_word_that_fits_is_never_broken(spans: Line, width: int) -> None:
    words = [word for word in text(spans).split(" ") if word and cell_len(word) <= width]
    kept = {word for part in wrapped(spans, width) for word in part.split(" ")}
    assert set(words) <= kept


@given(lines.map(tuple))
def test_a_line_that_fits_stays_as_it_is_but_for_its_end(spans: Line) -> None:
    assert wrapped(spans, 1_000) == [text(spans).rstrip(" ")]


def test_a_signature_breaks_behind_its_bars() -> None:
    signature = line("BLEU|nrefs:var|case:mixed|eff:yes|tok:13a|smooth:exp|version:2.6.0")
    assert wrapped(signature, 32) == [
        "BLEU|nrefs:var|case:mixed|",
        "eff:yes|tok:13a|smooth:exp|",
        "version:2.6.0",
    ]


def test_tones_go_on_behind_a_break() -> None:
    spans = (Span("all of it "), Span("is wrong here", Tone.BAD))
    assert wrap_line(spans, 12) == [
        (Span("all of it "), Span("is", Tone.BAD)),
        (Span("wrong here", Tone.BAD),),
    ]
