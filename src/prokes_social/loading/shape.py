"""What a pydantic model wants at a path: its JSON schema in; known keys, examples and stand-ins out."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, PydanticUserError

from prokes_social.model.campaign import Path

Schema = Mapping[str, Any]


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    try:
        return model.model_json_schema()
    except PydanticUserError:  # a model with a type that JSON schema cannot express: no examples, then
        return {}


def known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at `path`, in the model's order."""
    return list(dict.fromkeys(key for schema in schemas_at(model, path) for key in schema.get("properties", ())))


def example(model: type[BaseModel], path: Path) -> str | None:
    """A value that would be understood at `path`, where the model gives one."""
    values = (value for schema in schemas_at(model, path) for value in schema.get("examples", ()))
    return next((str(value) for value in values), None)


def stand_in(model: type[BaseModel], path: Path) -> Any:
    """The plainest value that the model takes at `path`; None where there is none to be found."""
    top = schema_of(model)
    return next((_plainest(top, schema) for schema in schemas_at(model, path)), None)


def schemas_at(model: type[BaseModel], path: Path) -> list[Schema]:
    """Every alternative the model has at `path`."""
    top = schema_of(model)
    found = list(_alternatives(top, top))
    for step in path:
        below = (child for schema in found for child in _children(schema, step))
        found = [alternative for child in below for alternative in _alternatives(top, child)]
    return found


def _alternatives(top: Schema, schema: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _alternatives(top, top["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        return
    either = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    for alternative in either:
        yield from _alternatives(top, alternative)
    if not either:
        yield schema


def _children(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, str):
        other = schema.get("additionalProperties")
        child = schema.get("properties", {}).get(step, other if isinstance(other, Mapping) else None)
    else:
        positions = schema.get("prefixItems", ())
        child = positions[step] if step < len(positions) else schema.get("items")
    if isinstance(child, Mapping):
        yield child


def _plainest(top: Schema, schema: Schema) -> Any:
    for listed in ("examples", "enum"):
        if schema.get(listed):
            return str(schema[listed][0])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "object":
        return {key: _plainest_of(top, schema["properties"][key]) for key in schema.get("required", ())}
    if schema.get("type") == "array":
        wanted = schema.get("prefixItems") or [schema.get("items", {})] * schema.get("minItems", 0)
        return [_plainest_of(top, item) for item in wanted]
    if schema.get("type") == "string":
        return "…" * int(schema.get("minLength", 1))
    return {"integer": "1", "number": "1", "boolean": "true"}.get(schema.get("type", ""))


def _plainest_of(top: Schema, schema: Schema) -> Any:
    return next((_plainest(top, alternative) for alternative in _alternatives(top, schema)), None)
