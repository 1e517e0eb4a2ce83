# ruff: noqa: INP001 - a script, no package
"""Derive the simulator's table of Twilio's parameter and property names from Twilio's OpenAPI files.

    python tools/derive_facts.py FOLDER

FOLDER holds `twilio_api_v2010.json` and its siblings from the repository twilio/twilio-oai (`spec/json`).
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "twilio_simulator" / "facts"
METHODS = ("get", "post", "put", "delete")
KEPT = ("type", "enum", "pattern", "format")
OPEN = frozenset({"variables", "types", "translations"})
"""Objects whose keys are data."""
SOMETIMES = frozenset({"local", "mobile", "toll_free"})
"""Kinds of number: which of them there are differs by country."""
TYPE_NAMES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}
SOURCES: dict[str, tuple[str, str]] = {
    "api": (
        "twilio_api_v2010.json",
        (
            r"/2010-04-01/Accounts(/\{Sid\}|/\{AccountSid\}/("
            r"Balance|Messages|Messages/\{Sid\}|Messages/\{MessageSid\}/(Media|Media/\{Sid\}|Feedback)"
            r"|IncomingPhoneNumbers(/\{Sid\}|/Local|/Mobile|/TollFree)?|OutgoingCallerIds|OutgoingCallerIds/\{Sid\}"
            r"|AvailablePhoneNumbers(/\{CountryCode\}(/Local|/Mobile|/TollFree)?)?|Keys(/\{Sid\})?"
            r"|SigningKeys(/\{Sid\})?|SMS/ShortCodes(/\{Sid\})?"
            r"|Calls|Calls/\{Sid\}|Applications(/\{Sid\})?))?\.json"
        ),
    ),
    "verify": (
        "twilio_verify_v2.json",
        (
            r"/v2/(Services|Services/\{Sid\}|Services/\{ServiceSid\}/(Verifications(/\{Sid\})?|VerificationCheck"
            r"|RateLimits(/\{Sid\})?|RateLimits/\{RateLimitSid\}/Buckets(/\{Sid\})?|Webhooks(/\{Sid\})?"
            r"|MessagingConfigurations(/\{Country\})?)|Attempts(/\{Sid\}|/Summary)?"
            r"|SafeList/Numbers(/\{PhoneNumber\})?|Templates)"
        ),
    ),
    "messaging_v1": (
        "twilio_messaging_v1.json",
        (
            r"/v1/Services(/\{Sid\}|/Usecases|/\{ServiceSid\}/(PhoneNumbers|ShortCodes|AlphaSenders)(/\{Sid\})?"
            r"|/\{MessagingServiceSid\}/ChannelSenders(/\{Sid\})?)?"
        ),
    ),
    "messaging_v2": (
        "twilio_messaging_v2.json",
        r"/v2/(Channels/Senders(/\{Sid\})?|Indicators/Typing\.json)",
    ),
    "content": (
        "twilio_content_v1.json",
        (
            r"/v1/(Content(/\{Sid\}(/ApprovalRequests)?)?|Content/\{ContentSid\}/ApprovalRequests/whatsapp"
            r"|ContentAndApprovals|LegacyContent)"
        ),
    ),
    "content_v2": ("twilio_content_v2.json", r"/v2/Content(AndApprovals)?"),
    "lookups": ("twilio_lookups_v2.json", r"/v2/PhoneNumbers/\{PhoneNumber\}"),
}


def _schema(contents: dict[str, Any]) -> dict[str, Any]:
    """The schema of the first content type, empty when there is none."""
    for content in contents.values():
        found: dict[str, Any] = content.get("schema", {})
        return found
    return {}


def _examples(responses: dict[str, Any], shared: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples of every success; some stand among the file's shared ones."""
    contents = (
        content
        for code, response in responses.items()
        if code.startswith("2")
        for content in response.get("content", {}).values()
    )
    named = (one for content in contents for one in content.get("examples", {}).values())
    values = (shared.get(one.get("$ref", "").rsplit("/", 1)[-1], one).get("value") for one in named)
    return [value for value in values if isinstance(value, dict)]


def nested(name: str, kind: dict[str, Any], examples: list[Any]) -> dict[str, Any]:
    """What is inside an object or a list: the schema's properties and those that examples show.

    A property that some example lacks is optional, and any may be null: most nested values have no schema at
    all, and those that have one do not tell.
    """
    if name in OPEN:
        return kind
    objects = [one for one in examples if isinstance(one, dict)]
    lists = [one for one in examples if isinstance(one, list)]
    if kind.get("type") == "array" or ("type" not in kind and lists):
        rows = [row for one in lists for row in one]
        items = nested("", kind.get("items", {}), rows)
        return {**kind, "items": items} if items else kind
    described = kind.get("properties", {})
    if not (objects or described) or kind.get("type", "object") != "object":
        return kind
    inside = {
        key: {
            **nested(
                key, described.get(key) or plain(objects, key), [one[key] for one in objects if key in one]
            ),
            "nullable": True,
        }
        for key in dict.fromkeys([*described, *(key for one in objects for key in one)])
    }
    optional = sorted(key for key in inside if key in SOMETIMES or any(key not in one for one in objects))
    return {"type": "object", **kind, "properties": inside, **({"optional": optional} if optional else {})}


def plain(objects: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """The type that examples show of a nested value, when they agree."""
    names = {TYPE_NAMES[type(one[key])] for one in objects if one.get(key) is not None}
    return {"type": names.pop()} if len(names) == 1 else {}


class Specification:
    """One OpenAPI file, its references resolved."""

    def __init__(self, path: Path) -> None:
        self.content: dict[str, Any] = json.loads(path.read_text())
        self.host = self.content["servers"][0]["url"].removeprefix("https://")

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema itself, or the one it refers to."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: dict[str, Any] = self.content["components"]["schemas"][reference.rsplit("/", 1)[-1]]
        return found

    def kind(self, schema: dict[str, Any], *, deep: bool = False) -> dict[str, Any]:
        """What the table keeps about one value; with `deep`, what is inside it, too."""
        schema = self.resolved(schema)
        kept = {key: schema[key] for key in KEPT if key in schema}
        if schema.get("nullable"):
            kept["nullable"] = True
        if "items" in schema:
            kept["items"] = self.kind(schema["items"], deep=deep)
        if deep and "properties" in schema:
            inside = schema["properties"].items()
            kept["properties"] = {name: self.kind(one, deep=True) for name, one in inside}
        return kept

    def operation(self, method: str, path: str, described: dict[str, Any]) -> dict[str, Any]:
        """One call: what goes in, and which resource comes out."""
        parameters = described.get("parameters", [])
        bodies = described.get("requestBody", {}).get("content", {})
        form = self.resolved(_schema(bodies))
        query = [one for one in parameters if one["in"] == "query"]
        required = [one["name"] for one in query if one.get("required")] + form.get("required", [])
        return {
            "method": method.upper(),
            "path": path,
            "statuses": [int(code) for code in described["responses"] if code.startswith("2")],
            "required": required,
            "query": {one["name"]: self.kind(one["schema"]) for one in query},
            "form": {name: self.kind(value) for name, value in form.get("properties", {}).items()},
            **self.answer(described["responses"]),
        }

    def answer(self, responses: dict[str, Any]) -> dict[str, str]:
        """The resource that a success holds, and under which key when it is a list."""
        success: dict[str, Any] = next(
            (value for code, value in responses.items() if code.startswith("2")), {}
        )
        schema = _schema(success.get("content", {}))
        if "$ref" in schema:
            return {"resource": schema["$ref"].rsplit("/", 1)[-1]}
        for key, value in schema.get("properties", {}).items():
            if value.get("type") == "array" and "$ref" in value.get("items", {}):
                return {"resource": value["items"]["$ref"].rsplit("/", 1)[-1], "list_key": key}
        return {}

    def resource(self, name: str) -> dict[str, Any]:
        """The properties of one resource; what the schema leaves open is taken from the examples."""
        properties = self.content["components"]["schemas"][name].get("properties", {})
        examples = self.examples(name)
        return {
            key: nested(key, self.kind(value, deep=True), [one[key] for one in examples if key in one])
            for key, value in properties.items()
        }

    def examples(self, resource: str) -> list[dict[str, Any]]:
        """Every example of the resource that stands beside an operation."""
        found: list[dict[str, Any]] = []
        shared = self.content["components"].get("examples", {})
        for described in self.operations():
            answer = self.answer(described["responses"])
            if answer.get("resource") != resource:
                continue
            for value in _examples(described["responses"], shared):
                rows = value.get(answer["list_key"], []) if "list_key" in answer else [value]
                found += [one for one in rows if isinstance(one, dict)]
        return found

    def operations(self) -> list[dict[str, Any]]:
        """Every operation of the file."""
        return [
            described
            for methods in self.content["paths"].values()
            for method, described in methods.items()
            if method in METHODS
        ]


def derived(specification: Specification, wanted: str) -> dict[str, Any]:
    """The table of one product."""
    operations = {
        described["operationId"]: specification.operation(method, path, described)
        for path, methods in specification.content["paths"].items()
        if re.fullmatch(wanted, path)
        for method, described in methods.items()
        if method in METHODS
    }
    names = sorted({one["resource"] for one in operations.values() if "resource" in one})
    resources = {name: specification.resource(name) for name in names}
    return {"host": specification.host, "operations": operations, "resources": resources}


def main(folder: Path) -> None:
    """Write one file per product."""
    for product, (name, wanted) in SOURCES.items():
        table = derived(Specification(folder / name), wanted)
        (TARGET / f"{product}.json").write_text(json.dumps(table, indent=1) + "\n")
        print(f"{product}: {len(table['operations'])} operations, {len(table['resources'])} resources")  # noqa: T201 - a script


if __name__ == "__main__":
    main(Path(sys.argv[1]))
