"""What differs between two versions of a prompt, section by section."""

from __future__ import annotations

from dataclasses import dataclass

from lensops.plan.change import Action, action
from lensops.prompts import Prompt


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that was created, updated or deleted; a side that is not there is empty.

    `whitespace_only`: both sides hold the same words.
    """

    name: str
    action: Action
    before: str
    after: str

    @property
    def whitespace_only(self) -> bool:
        """Whether only spaces and line ends differ, which may still change what a model answers."""
        return self.action is Action.UPDATE and self.before.split() == self.after.split()


def section_changes(before: Prompt | None, after: Prompt | None) -> tuple[SectionChange, ...]:
    """The sections that differ, in the order of `after`, removed ones last."""
    old = {s.name: s.text for s in before.sections()} if before else {}
    new = {s.name: s.text for s in after.sections()} if after else {}
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        SectionChange(
            name, action(old.get(name), new.get(name)), old.get(name, ""), new.get(name, "")
        )
        for name in names
        if old.get(name) != new.get(name)
    )
