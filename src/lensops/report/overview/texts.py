"""The whole texts of prompts: the active ones, and any two versions side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lensops.format import plural
from lensops.prompts import prompt_sections
from lensops.report.diff import words
from lensops.report.document import Block, Fold, Line, Paragraph, Span, Tone, line
from lensops.report.overview.prompts import version_table
from lensops.report.overview.state import live_targets, version_names
from lensops.report.overview.value import ActivePrompt, Overview
from lensops.report.page import Beside, Text

TEXTS = 180_000  # characters of whole texts on the page; the commands show the rest


def prompt_texts(overview: Overview) -> Iterator[Block]:
    """The whole text of each active version, and its difference from what customers get."""
    room = TEXTS
    for prompt in overview.active:
        blocks = tuple(_texts(overview, prompt)) if room > 0 else ()
        room -= sum(_size(block) for block in blocks)
        if blocks:
            yield Fold(_title(overview, prompt), blocks)
    if room <= 0:
        how = Span("lensops diff", Tone.CODE)
        yield Paragraph(line("The other texts are left out: ", how, " shows them."))


def version_texts(overview: Overview, prompt: str, version: str) -> tuple[Block, ...]:
    """The whole text of a version, section by section."""
    return tuple(Text(name, line(text)) for name, text in _sections(overview, prompt, version))


def versions_beside(overview: Overview, prompt: str, old: str, new: str) -> tuple[Block, ...]:
    """The whole texts of two versions beside each other, the words that differ marked.

    Sections that are the same in both stand once, folded.
    """
    earlier, later = (dict(_sections(overview, prompt, version)) for version in (old, new))
    names = [*later, *(name for name in earlier if name not in later)]
    pairs = [(name, earlier.get(name, ""), later.get(name, "")) for name in names]
    blocks: list[Block] = [
        Beside(_marked_texts(name, (old, new), texts))
        for name, *texts in pairs
        if texts[0] != texts[1]
    ]
    same = tuple(Text(name, line(text)) for name, text, other in pairs if text == other)
    if not blocks:
        blocks.append(Paragraph(line(Span("no difference", Tone.MUTED))))
    if same:
        title = line(f"The same in both: {', '.join(text.title for text in same)}")
        blocks.append(Fold(title, same))
    return tuple(blocks)


def _marked_texts(
    name: str, versions: tuple[str, str], texts: Sequence[str]
) -> tuple[tuple[Block, ...], ...]:
    marked = words(*texts)
    return tuple(
        (Text(f"{name}, {version}", text or line(Span("not there", Tone.MUTED))),)
        for version, text in zip(versions, marked, strict=True)
    )


def _sections(overview: Overview, prompt: str, version: str) -> list[tuple[str, str]]:
    content = overview.versions.get((prompt, version))
    return [(part.name, part.text) for part in prompt_sections(content)] if content else []


def _title(overview: Overview, prompt: ActivePrompt) -> Line:
    versions = version_names(overview, prompt.name)
    return line(
        Span(f"{prompt.name} {prompt.version}", Tone.STRONG),
        Span(f" · {plural(len(versions), 'version')}", Tone.MUTED),
    )


def _texts(overview: Overview, prompt: ActivePrompt) -> Iterator[Block]:
    """The versions; then the active text, beside what customers get, or what was active before."""
    yield version_table(overview, prompt.name)
    compared, why = compared_version(overview, prompt)
    if compared is None:
        yield from version_texts(overview, prompt.name, prompt.version)
        return
    yield Paragraph(line(Span(f"{compared} → {prompt.version}", Tone.STRONG), f" ({why})"))
    yield from versions_beside(overview, prompt.name, compared, prompt.version)


def _served_versions(overview: Overview, prompt: ActivePrompt) -> list[str]:
    served = [
        status.version
        for target in overview.targets
        if (status := (target.prompts or {}).get(prompt.name)) and status.version
    ]
    return [version for version in dict.fromkeys(served) if version != prompt.version]


def compared_version(overview: Overview, prompt: ActivePrompt) -> tuple[str | None, str]:
    """The version that the active one is held against, and why: what is live, or was before."""
    for version in _served_versions(overview, prompt):
        if (prompt.name, version) in overview.versions:
            return version, f"{', '.join(live_targets(overview, prompt.name, version))} serves it"
    previous = prompt.event.previous if prompt.event else None
    if previous and (prompt.name, previous) in overview.versions:
        return previous, "active before"
    return None, ""


def _size(block: Block) -> int:
    match block:
        case Text():
            return sum(len(span.text) for span in block.text)
        case Fold():
            return sum(map(_size, block.blocks))
        case Beside():
            return sum(_size(block) for column in block.columns for block in column)
        case _:
            return 0
