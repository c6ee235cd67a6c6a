"""Rules between keys, held against the sound keys of a mapping that has faulty ones as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from lensops.manifest.strict import type_of

Keys = tuple[str | int, ...]


def broken_rules(model: type[BaseModel], value: Any, path: Keys = ()) -> Iterator[tuple[Keys, str]]:
    """Keys and message of each broken rule of a model and of all models inside.

    Pydantic runs `model_validator(mode="after")` only when every field is sound. Here a rule runs
    on what is sound, and is passed over when it needs what is not.
    """
    if not isinstance(value, Mapping):
        return
    sound: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in value:
            yield from _inner_rules(type_of(field), value[key], (*path, key))
            sound |= _parsed_field(name, field, value[key])
        elif not field.is_required():
            sound[name] = field.get_default(call_default_factory=True)
    names_set = {name for name, f in model.model_fields.items() if (f.alias or name) in value}
    partial = model.model_construct(names_set, **sound)
    for name in model.model_fields.keys() - sound.keys():
        partial.__dict__.pop(name, None)  # the default of a faulty key says nothing
    for decorator in model.__pydantic_decorators__.model_validators.values():
        if decorator.info.mode == "after" and (message := _message(decorator.func, partial)):
            yield path, message


def _inner_rules(annotation: Any, value: Any, path: Keys) -> Iterator[tuple[Keys, str]]:
    """The broken rules of the models that a field holds, by itself or as values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from broken_rules(annotation, value, path)
        return
    models = [arm for arm in get_args(annotation) if arm is not type(None)]
    if isinstance(value, Mapping) and getattr(annotation, "__origin__", None) is dict:
        for key, item in value.items():
            yield from _inner_rules(models[1], item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inner_rules(models[0] if models else None, item, (*path, index))
    elif len(models) == 1:  # `Judge | None`; of a union of models it is not known which is meant
        yield from _inner_rules(models[0], value, path)


def _parsed_field(name: str, field: FieldInfo, value: Any) -> dict[str, Any]:
    """The field as pydantic reads it; nothing when it has a fault."""
    annotation: Any = Annotated[(field.annotation, *field.metadata, None)]
    try:
        return {name: TypeAdapter(annotation).validate_python(value)}
    except ValidationError:
        return {}


def _message(rule: Any, partial: BaseModel) -> str | None:
    try:
        rule(partial)
    except ValueError as error:
        return str(error)
    except (AttributeError, TypeError):  # the rule reads a key that is missing or faulty
        return None
    return None
