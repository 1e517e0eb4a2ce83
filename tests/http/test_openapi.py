import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import schemathesis
from tests.http.outside import Api, served

from ringback.actions import catalogue
from ringback.http.schemas import request_schema
from ringback.settings import Settings

pytestmark = pytest.mark.anyio

GOLDEN = Path(__file__).parent.parent / "golden" / "openapi.json"
RENEW = "RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/http/test_openapi.py"
Document = dict[str, Any]


async def document_of(api: Api) -> Document:
    answer = await api.get("/openapi.json", key=None)
    assert answer.status == 200
    document: Document = answer.body
    return document


async def test_the_document_is_as_it_was(api: Api) -> None:
    document = await document_of(api)
    del document["servers"]
    shown = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_bytes(shown)

    assert shown == GOLDEN.read_bytes(), f"The API changed. If you mean it, renew the golden file: {RENEW}"


async def test_the_document_is_valid_openapi_3_1(api: Api) -> None:
    document = await document_of(api)

    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()


async def test_every_reference_leads_somewhere(api: Api) -> None:
    document = await document_of(api)

    for place in references(document):
        found: Any = document
        for step in place.removeprefix("#/").split("/"):
            found = found[step]
        assert found


async def test_every_schema_is_a_json_schema(api: Api) -> None:
    for schema in (await document_of(api))["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})


async def test_every_action_has_its_paths_with_examples_that_fit(api: Api) -> None:
    document = await document_of(api)
    components = {"components": document["components"]}

    for name in catalogue():
        for path in (f"/v1/actions/{name}", f"/v1/actions/{name}/explain"):
            content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            validator = jsonschema_rs.validator_for(content["schema"] | components)
            for example in content["examples"].values():
                validator.validate(example["value"])


async def test_the_examples_work_as_they_stand_on_the_account_of_the_demo(api: Api) -> None:
    await api.connected("demo")
    document = await document_of(api)

    for name in ("SendMessage", "SendVerify", "VerifyCode", "ListMessages", "ListSenders"):
        content = document["paths"][f"/v1/actions/{name}"]["post"]["requestBody"]["content"]
        for example in content["application/json"]["examples"].values():
            answer = await api.post(f"/v1/actions/{name}", example["value"])
            assert answer.status == 200, answer.text


async def test_the_example_of_an_account_is_what_the_simulator_begins_with(api: Api) -> None:
    document = await document_of(api)
    content = document["paths"]["/v1/accounts"]["post"]["requestBody"]["content"]["application/json"]
    body = content["example"] | {"base_url": api.simulator.url}

    assert (await api.post("/v1/accounts", body)).status == 201


async def test_a_keyword_may_stand_wherever_a_value_may(api: Api) -> None:
    schemas = (await document_of(api))["components"]["schemas"]
    validator = jsonschema_rs.validator_for(
        {"$ref": "#/components/schemas/SendMessage", "components": {"schemas": schemas}}
    )

    body = {"account": "shop", "to": "{{phone}}", "media_urls": "{{files}}", "validity_period": "{{seconds}}"}
    assert validator.is_valid(body)
    assert not validator.is_valid(body | {"validity_period": "soon"})
    assert not validator.is_valid(body | {"texts": "Hi"})


async def test_a_field_with_a_default_of_the_account_may_be_left_out(api: Api) -> None:
    schema = (await document_of(api))["components"]["schemas"]["SendMessage"]

    assert schema["required"] == ["account", "to"]
    assert "account's default" in schema["properties"]["sender"]["description"]


async def test_secrets_are_only_written_and_typed_unseen(api: Api) -> None:
    schemas = (await document_of(api))["components"]["schemas"]
    code, token = (
        schemas["VerifyCode"]["properties"]["code"],
        schemas["NewAccount"]["properties"]["auth_token"],
    )

    assert code["writeOnly"]
    assert (token["writeOnly"], token["format"]) == (True, "password")


async def test_every_operation_is_named_once_and_says_what_it_does(api: Api) -> None:
    document = await document_of(api)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    known = {tag["name"] for tag in document["tags"]}

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["description"] for operation in operations)
    assert all(set(operation["tags"]) <= known for operation in operations)


async def test_everything_under_v1_asks_for_a_key(api: Api) -> None:
    for path, methods in (await document_of(api))["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == path.startswith("/v1/"), path


async def test_the_address_it_was_asked_for_at_is_the_first_server(api: Api) -> None:
    servers = (await document_of(api))["servers"]

    assert servers[0] == {"url": api.url}


async def test_under_the_public_name_only_the_public_address_is_given(settings: Settings) -> None:
    url = "https://gate.example.org/ringback"
    async with served(replace(settings, public_url=url)) as api:
        public = await api.get("/openapi.json", headers={"Host": "gate.example.org"})
        local = await api.get("/openapi.json")

    assert public.body["servers"] == [{"url": url}]
    assert local.body["servers"] == [{"url": api.url}, {"url": url}]


@pytest.mark.parametrize("name", list(catalogue()))
def test_no_input_of_an_action_hides_what_stands_beside_it(name: str) -> None:
    assert not {"account", "keywords"} & catalogue()[name].input.model_fields.keys()


@pytest.mark.parametrize("name", list(catalogue()))
def test_the_schema_of_an_action_stands_alone(name: str) -> None:
    schema = request_schema(catalogue()[name])

    jsonschema_rs.validator_for(schema)
    assert next(iter(schema["properties"])) == "account"
    assert all(field.get("description") for field in schema["properties"].values())


def references(part: Any) -> set[str]:
    if isinstance(part, list):
        return {place for one in part for place in references(one)}
    if not isinstance(part, dict):
        return set()
    inner = {place for one in part.values() for place in references(one)}
    return inner | ({part["$ref"]} if isinstance(part.get("$ref"), str) else set())
