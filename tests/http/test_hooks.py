from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tests.http.outside import ADA, Answered, Api, mislay, served
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from ringback.settings import Settings

pytestmark = pytest.mark.anyio

Form = dict[str, str]


async def sent(api: Api) -> tuple[str, Form]:
    """The path of a sent text's status callback, and the form that Twilio would post there."""
    api.simulator.world.clock.freeze()
    job = (await api.run("SendMessage", {"to": ADA, "body": "Hi"})).body
    account = (await api.get("/v1/accounts/shop")).body["id"]
    form = {
        "MessageSid": job["message"]["sid"],
        "MessageStatus": "undelivered",
        "ErrorCode": "30005",
        "To": "",
    }
    return f"/hooks/{account}/status/{job['id']}/1", form


async def call(
    api: Api, path: str, form: Form, *, signed_url: str | None = None, signature: str | None = None
) -> Answered:
    """Post a callback as Twilio does, signed by Twilio's own SDK for the public URL."""
    url = signed_url or f"{api.settings.public_url}{path}"
    if signature is None:
        signature = RequestValidator(api.simulator.account.auth_token).compute_signature(url, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return await api.post(path, key=None, data=urlencode(form), headers=headers)


async def test_a_signed_callback_is_noted_once(shop: Api) -> None:
    path, form = await sent(shop)

    first, again = await call(shop, path, form), await call(shop, path, form)

    assert (first.status, first.text) == (204, "")
    assert again.status == 204
    shown = (await shop.get(f"/v1/jobs/{path.split('/')[4]}")).body
    assert shown["message"]["status"] == "undelivered"
    assert shown["message"]["error"]["code"] == 30005


async def test_a_callback_needs_no_key_but_a_signature(shop: Api) -> None:
    path, form = await sent(shop)

    assert (await shop.post(path, data=urlencode(form))).status == 403
    assert (await call(shop, path, form, signature="")).status == 403


async def test_whatever_is_wrong_with_a_callback_it_is_refused_alike(shop: Api) -> None:
    path, form = await sent(shop)
    account, job = path.split("/")[2], path.split("/")[4]

    refusals = [
        await call(shop, path, form, signature="bm90IGl0"),
        await call(shop, path.replace(account, "acc_none"), form),
        await call(shop, path.replace(job, "job_none"), form),
        await call(shop, path.removesuffix("1") + "2", form),
        await call(shop, path.removesuffix("1") + "first", form),
        await call(shop, path.removesuffix("1") + "9" * 40, form),
        await call(shop, path, form, signed_url=f"https://elsewhere.example{path}"),
    ]

    assert {(refusal.status, refusal.text) for refusal in refusals} == {(403, refusals[0].text)}


async def test_a_form_that_was_changed_on_the_way_is_refused(shop: Api) -> None:
    path, form = await sent(shop)
    signature = RequestValidator(shop.simulator.account.auth_token).compute_signature(
        f"{shop.settings.public_url}{path}", form
    )

    answer = await call(shop, path, form | {"MessageStatus": "delivered"}, signature=signature)

    assert answer.status == 403


async def test_a_query_counts_to_what_was_signed(shop: Api) -> None:
    path, form = await sent(shop)

    assert (await call(shop, f"{path}?a=%20b&c", form)).status == 204


async def test_a_signed_form_without_a_status_is_unreadable(shop: Api) -> None:
    path, _ = await sent(shop)

    assert (await call(shop, path, {"Body": "Hi"})).status == 400


async def test_too_large_a_form_is_refused_before_it_is_read(shop: Api) -> None:
    path, form = await sent(shop)

    assert (await call(shop, path, form | {"Pad": "x" * 64_000})).status == 413


async def test_a_form_of_a_thousand_and_one_names_is_unreadable(shop: Api) -> None:
    path, _ = await sent(shop)

    assert (await call(shop, path, {f"a{number}": "" for number in range(1_001)})).status == 400


async def test_letters_beyond_ascii_are_signed_as_they_came(shop: Api) -> None:
    path, form = await sent(shop)

    assert (await call(shop, path, form | {"ErrorMessage": "Gerät aus ☎"})).status == 204


async def test_a_ledger_that_cannot_answer_is_told_to_twilio(shop: Api) -> None:
    path, form = await sent(shop)
    mislay(shop.settings.database)

    answer = await call(shop, path, form)

    assert answer.status == 503
    assert str(shop.settings.database) not in answer.text


async def test_without_a_public_url_no_callback_was_asked_for(settings: Settings) -> None:
    async with served(settings, public=False) as api:
        await api.connected()
        path, form = await sent(api)

        answer = await call(api, path, form, signed_url=f"{api.url}{path}")

    assert answer.status == 403


@pytest.fixture
async def prefixed(settings: Settings) -> AsyncIterator[Api]:
    """Reached by Twilio under a path of its own."""
    async with served(replace(settings, public_url="https://gate.example.org/ringback")) as api:
        await api.connected()
        yield api


async def test_a_proxy_may_take_the_public_path_off_or_leave_it(prefixed: Api) -> None:
    path, form = await sent(prefixed)
    signed = f"https://gate.example.org/ringback{path}"

    stripped = await call(prefixed, path, form, signed_url=signed)
    passed_on = await call(prefixed, f"/ringback{path}", form, signed_url=signed)
    unsigned_path = await call(prefixed, path, form, signed_url=f"https://gate.example.org{path}")

    assert (stripped.status, passed_on.status, unsigned_path.status) == (204, 204, 403)
