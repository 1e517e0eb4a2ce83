"""Twilio's operations, parameter names and resource properties, from its OpenAPI files (see NOTICE)."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson

PRODUCTS = ("api", "verify", "messaging_v1", "messaging_v2", "content", "content_v2", "lookups", "monitor")
# Documented outside the parameter lists: Tags stands in the message resource's examples.
_ALSO = {
    "api.CreateMessage": {"Tags": {"type": "string"}},
    # The answer has it and the pages describe it; the file leaves it out of the request.
    "content.CreateApprovalCreate": {"allow_category_change": {"type": "boolean"}},
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One operation; `name` is `product.OperationId`."""

    name: str
    host: str
    method: str
    path: str
    statuses: tuple[int, ...]
    required: tuple[str, ...]
    parameters: dict[str, dict[str, Any]]
    resource: dict[str, dict[str, Any]] | None
    list_key: str | None

    def unknown(self, names: list[str]) -> list[str]:
        """Those of the names that the operation does not have."""
        return [name for name in names if name not in self.parameters]


# Documented in the Media page only: the same path as FetchMedia, without the suffix.
FILE = Fact(
    name="api.FetchMediaFile",
    host="api.twilio.com",
    method="GET",
    path="/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media/{Sid}",
    statuses=(307,),
    required=(),
    parameters={},
    resource=None,
    list_key=None,
)


def table() -> dict[str, Fact]:
    """Every operation of the table."""
    facts: dict[str, Fact] = {}
    for product in PRODUCTS:
        content = orjson.loads((files(__package__) / f"{product}.json").read_bytes())
        for identifier, row in content["operations"].items():
            name = f"{product.partition('_')[0]}.{identifier}"
            # Content has the same operation ids in two versions; the newer keeps its version in the name.
            name = f"{product}.{identifier}" if name in facts else name
            facts[name] = _fact(name, content, row)
    facts[FILE.name] = FILE
    return facts


def _fact(name: str, content: dict[str, Any], row: dict[str, Any]) -> Fact:
    return Fact(
        name=name,
        host=content["host"],
        method=row["method"],
        path=row["path"],
        statuses=tuple(row["statuses"]),
        required=tuple(row["required"]),
        parameters={**row["query"], **row["form"], **_ALSO.get(name, {})},
        resource=content["resources"].get(row.get("resource")),
        list_key=row.get("list_key"),
    )
