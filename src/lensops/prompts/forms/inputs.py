"""Variables that a prompt file declares, with types and samples, on their way to the prompt."""

from __future__ import annotations

from dataclasses import replace

from lensops.errors import Invalid, Location, Problem
from lensops.manifest import Node
from lensops.manifest.entries import TYPES, fits_type
from lensops.prompts.interface import Variable
from lensops.prompts.languages import single_braces
from lensops.prompts.value import Prompt

_EVERY = "the application passes every variable"


class Inputs:
    """What a file says about variables; `notes` name what lensops does not act on."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.notes: list[Problem] = []
        self.declared: dict[str, Variable] = {}
        self.places: dict[str, Location] = {}

    def declare(self, name: str, place: Location, kind: object = None) -> None:
        """A variable, with a type of `manifest.entries` or none."""
        kind = kind if isinstance(kind, str) and kind in TYPES else None
        self.declared[name] = self.declared.get(name, Variable())._replace(type=kind)
        self.places[name] = place

    def add_example(self, name: str, node: Node) -> None:
        """A sample of a variable's values; a variable that is not declared is by it."""
        self.places.setdefault(name, node.location)
        variable = self.declared.get(name, Variable())
        value = node.plain()
        if variable.type and value is not None and not fits_type(variable.type, value):
            message = f"the sample of {name!r} is not of type {variable.type}, and left out"
            self.note(node.location, message)
            return
        self.declared[name] = variable._replace(example=value)

    def add_default(self, name: str, node: Node) -> None:
        """A default, which is an example here."""
        if node.plain() is None:
            return
        if name not in self.declared or self.declared[name].example is None:
            self.add_example(name, node)
        self.note(node.location, f"the default of {name!r} is an example here", _EVERY)

    def note(self, location: Location, message: str, hint: str | None = None) -> None:
        """Name something of the file that is not in the request."""
        self.notes.append(Problem(location, message, hint))

    def attach_to(self, prompt: Prompt) -> Prompt:
        """The prompt with the variables that it uses, and a note for each that it does not.

        Raises `Invalid` where a text writes one of them in another template language.
        """
        unused = sorted(self.declared.keys() - {*prompt.variables})
        problems = [
            _foreign_problem(self.places[name], name, written)
            for name in unused
            if (written := single_braces(prompt, name))
        ]
        if problems or self.problems:
            raise Invalid((*self.problems, *problems))
        if not prompt.fragments:  # they may use it
            for name in unused:
                self.note(self.places[name], f"no message uses the variable {name!r}")
        inputs = {n: v for n, v in self.declared.items() if prompt.fragments or n not in unused}
        return replace(prompt, inputs=inputs, notes=(*prompt.notes, *self.notes))


def _foreign_problem(place: Location, name: str, written: str) -> Problem:
    message = f"{name!r} is declared, and {written} is text"
    hint = "name the language in the manifest: `template: f-string` or `template: mustache`"
    return Problem(place, message, hint)
