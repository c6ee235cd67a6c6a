"""JSON Schemas that checks name: loaded once, from the repository only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lensops.errors import Invalid, Location, Problem, UserError
from lensops.evals.patterns import (
    SECONDS,
    PatternFault,
    check_patterns,
    limited_validator,
    time_limit,
)
from lensops.files import Tree, decode
from lensops.json_text import parse_strictly
from lensops.manifest.suite import Check

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_BYTES = 5_000_000


class Schema:
    """A sound JSON Schema, ready to be held against values, each within `SECONDS`."""

    def __init__(self, content: Any) -> None:
        from referencing import Registry

        # an explicit registry, because the default one fetches what `$ref` names from the network
        self._validator = limited_validator(content)(content, registry=Registry())

    def fault(self, value: Any) -> str | None:
        """Where and why a value does not fit, or None. What takes too long does not fit."""
        try:
            with time_limit(SECONDS):
                errors = self._validator.iter_errors(value)
                first = min(errors, key=_depth, default=None)
        except TimeoutError:
            return f"the schema took more than {SECONDS:g} s"
        except RecursionError:
            return "the schema refers to itself without end, or the value is nested too deeply"
        if first is None:
            return None
        message = first.message if len(first.message) < 200 else first.message[:199] + "…"
        return f"{first.json_path}: {message}"


def _depth(error: ValidationError) -> tuple[int, list[str]]:
    return len(error.path), list(map(str, error.path))


def load_schemas(
    tree: Tree, checks: Iterable[Check], paths: Iterable[str] = ()
) -> dict[str, Schema]:
    """The schemas that checks name, and those of `paths`, by path.

    Raises `Invalid` for one that is missing or faulty.
    """
    declared = {check.argument for check in checks if check.kind == "json_schema"}
    return {path: Schema(read_schema(tree, path)) for path in sorted(declared.union(paths))}


def read_schema(tree: Tree, path: str) -> Any:
    """A schema's content. Raises `Invalid` when it is no schema, or refers to other files."""
    from jsonschema.exceptions import SchemaError, UnknownType
    from jsonschema.validators import validator_for

    try:
        content = parse_strictly(decode(tree.read(path, MAX_BYTES), path))
        if not isinstance(content, dict | bool):
            raise _invalid(
                Location(path), "not a JSON Schema: it must be an object, or true or false"
            )
        with time_limit(SECONDS):
            check_patterns(content)
            schema: Any = content  # true and false are schemas too
            validator_for(schema).check_schema(schema)
    except FileNotFoundError:
        raise _invalid(Location(path), f"there is no file {path}") from None
    except UserError as error:
        if isinstance(error, Invalid):
            raise
        raise _invalid(Location(path), error.message) from None
    except json.JSONDecodeError as error:
        raise _invalid(
            Location(path, error.lineno, error.colno), f"not JSON: {error.msg}"
        ) from None
    except (SchemaError, UnknownType, PatternFault) as error:
        message = getattr(error, "message", None) or str(error)
        raise _invalid(Location(path), f"not a JSON Schema: {message[:200]}") from None
    except (ValueError, RecursionError, TypeError, TimeoutError) as error:
        message = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _invalid(Location(path), f"not a JSON Schema: {message}") from None
    if outside := next(_references(content), None):
        message = f"$ref {outside!r} leaves the file"
        raise _invalid(Location(path), message, "put what it names under `$defs` of this file")
    return content


def _references(content: Any) -> Iterator[str]:
    """The references that do not begin with `#`."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                if not value.startswith("#"):
                    yield value
            else:
                yield from _references(value)
    elif isinstance(content, list):
        for value in content:
            yield from _references(value)


def _invalid(location: Location, message: str, hint: str | None = None) -> Invalid:
    return Invalid((Problem(location, message, hint),))
