"""What differs between two versions of a prompt, section by section, and between two files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lensops.plan.change import Action, action
from lensops.prompts import Prompt, message_names, prompt_sections

ORDER = "order of messages"


class SectionChange(NamedTuple):
    """A section that was created, updated or deleted; a side that is not there is empty.

    `whitespace_only`: both sides hold the same words.
    """

    name: str
    action: Action
    old: str
    new: str

    @property
    def whitespace_only(self) -> bool:
        """Whether only spaces and line ends differ, which may still change what a model answers."""
        return self.action is Action.UPDATE and self.old.split() == self.new.split()


def section_changes(old: Prompt | None, new: Prompt | None) -> tuple[SectionChange, ...]:
    """The sections that differ, in the order of `new`, removed ones last.

    None differs exactly when the digests are equal.
    """
    removed = {s.name: s.text for s in prompt_sections(old)} if old else {}
    added = {s.name: s.text for s in prompt_sections(new)} if new else {}
    names = [*added, *(name for name in removed if name not in added)]
    changes = [
        SectionChange(
            name,
            action(removed.get(name), added.get(name)),
            removed.get(name, ""),
            added.get(name, ""),
        )
        for name in names
        if removed.get(name) != added.get(name)
    ]
    return (*_order_change(old, new), *changes)


def variables_change(old: Prompt | None, new: Prompt | None) -> Iterator[SectionChange]:
    """The names that an application passes, where both versions are there and they differ."""
    if old is not None and new is not None and old.variables != new.variables:
        texts = "\n".join(old.variables), "\n".join(new.variables)
        yield SectionChange("variables", Action.UPDATE, *texts)


def _order_change(old: Prompt | None, new: Prompt | None) -> Iterator[SectionChange]:
    """The order of the messages, where it does not follow from which are added at the end."""
    if old is None or new is None:
        return
    names, new_names = message_names(old), message_names(new)
    if names != new_names[: len(names)] and new_names != names[: len(new_names)]:
        yield SectionChange(ORDER, Action.UPDATE, "\n".join(names), "\n".join(new_names))


class Difference(NamedTuple):
    """A prompt's sections that differ; `old` and `new` name its two forms, such as `v2@main`.

    `same_content`: both have one digest, so what differs in their files, if anything, is layout.
    """

    prompt: str
    old: str
    new: str
    sections: tuple[SectionChange, ...]
    same_content: bool
    layout_differs: bool = False
