import pytest
from tests.accounts.desk import Desk

from ringback.accounts.default_service import service_name
from ringback.errors import NotSent

pytestmark = pytest.mark.anyio


async def services(desk: Desk, account_sid: str) -> dict[str, str]:
    made = await desk.control("GET", f"/accounts/{account_sid}")
    return {service["friendly_name"]: service["sid"] for service in made["verify_services"]}


async def test_the_word_create_makes_a_service_named_after_the_account(desk: Desk) -> None:
    body = await desk.connected(name="Ada_shop", default_verify_service="create")

    sid = (await desk.accounts.show("Ada_shop")).default_verify_service

    assert (await services(desk, body["account_sid"]))["Ada shop"] == sid


async def test_a_service_of_that_name_is_not_made_twice(desk: Desk) -> None:
    body = await desk.body() | {"default_verify_service": "create"}

    first = await desk.accounts.connect(body)
    await desk.accounts.remove("shop")
    second = await desk.accounts.connect(body)

    assert first.default_verify_service == second.default_verify_service
    assert len(await services(desk, body["account_sid"])) == 2


async def test_a_service_that_the_account_has_is_kept(desk: Desk) -> None:
    body = await desk.body(verify_services=[{"friendly_name": "Login"}])
    sid = (await services(desk, body["account_sid"]))["Login"]

    shown = await desk.accounts.connect(body | {"default_verify_service": sid})

    assert shown.default_verify_service == sid


async def test_a_service_that_the_account_has_not_is_refused(desk: Desk) -> None:
    told = await desk.refused(await desk.body() | {"default_verify_service": "VA" + "0" * 32})

    assert "knows no such Verify service" in told["default_verify_service"]


async def test_a_service_can_be_made_later_and_cleared(desk: Desk) -> None:
    body = await desk.connected()

    made = await desk.accounts.change("shop", {"default_verify_service": "create"})
    cleared = await desk.accounts.change("shop", {"default_verify_service": None})

    assert made.default_verify_service == (await services(desk, body["account_sid"]))["shop"]
    assert cleared.default_verify_service is None


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ("shop", "shop"),
        ("Ada_shop_", "Ada shop"),
        ("shop2026", "shop2026"),
        ("shop20261123", "shop2026"),
        ("s" * 64, "s" * 30),
        ("s" * 29 + "_shop", "s" * 29),
    ],
)
async def test_the_name_keeps_within_twilios_rules(account: str, named: str) -> None:
    assert service_name(account) == named


async def test_a_service_whose_making_was_not_answered_is_found_when_saving_again(desk: Desk) -> None:
    body = await desk.body() | {"default_verify_service": "create"}
    match = {"operation": "CreateService", "account": body["account_sid"]}
    await desk.control("POST", "/faults", {"match": match, "do": [{"kind": "drop"}]})

    with pytest.raises(NotSent) as caught:
        await desk.accounts.connect(body)
    nothing = await desk.store.accounts.all()
    shown = await desk.accounts.connect(body)

    assert nothing == []
    assert "Save it again" in str(caught.value.fault.remedy)
    assert shown.default_verify_service == (await services(desk, body["account_sid"]))["shop"]
    assert isinstance(shown.report.verify_services, list)
    assert len(shown.report.verify_services) == 2


async def test_a_refusal_to_make_one_is_told_at_the_field(desk: Desk) -> None:
    body = await desk.body() | {"default_verify_service": "create"}
    match = {"operation": "CreateService", "account": body["account_sid"]}
    await desk.control("POST", "/faults", {"match": match, "do": [{"kind": "refusal", "code": 60200}]})

    told = await desk.refused(body)

    assert told["default_verify_service"].startswith("Twilio says: ")
