"""The schemas of the OpenAPI document, each under a name of its own."""

import re
from typing import Any

import orjson

from ringback.http.schemas import Schema

DEFINITION = re.compile(rb'"#/\$defs/([^"]+)"')


def ref(name: str) -> Schema:
    """A reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def gathered(named: dict[str, Schema]) -> dict[str, Schema]:
    """The schemas and all that they define, side by side.

    Two packages may each have, say, a VerifyService; the second one is called after the schema that uses it.
    """
    schemas = {name: _moved(schema, {})[0] for name, schema in named.items()}
    for owner, schema in named.items():
        _, definitions = _moved(schema, {})
        clashing = {name for name, inner in definitions.items() if schemas.get(name, inner) != inner}
        renamed = {name: f"{owner}{name}" for name in clashing}
        schemas[owner], definitions = _moved(schema, renamed)
        schemas |= {renamed.get(name, name): inner for name, inner in definitions.items()}
    return schemas


def _moved(schema: Schema, renamed: dict[str, str]) -> tuple[Schema, dict[str, Schema]]:
    """A schema that refers to the document's, and its definitions likewise."""

    def place(found: re.Match[bytes]) -> bytes:
        name = found[1].decode()
        return orjson.dumps(ref(renamed.get(name, name))["$ref"])

    moved: dict[str, Any] = orjson.loads(DEFINITION.sub(place, orjson.dumps(schema)))
    definitions: dict[str, Schema] = moved.pop("$defs", {})
    return moved, definitions
