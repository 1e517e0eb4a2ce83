"""What a code's message says, who sends it, and how it may go astray."""

from typing import Any

import pytest
from tests.simulator.local import HANDSET, Local

pytestmark = pytest.mark.anyio
PLAIN, WARNED, PURPOSE = (f"HJ51a0{index:028x}" for index in (1, 2, 3))


async def screen(local: Local, phone: str = HANDSET) -> list[Any]:
    messages: list[Any] = (await local.does("GET", f"/phones/{phone}/messages"))["messages"]
    return messages


async def astray(local: Local, *do: dict[str, object]) -> None:
    await local.does("POST", "/faults", {"match": {"delivery": "code"}, "do": list(do)})


async def test_templates_are_listed_with_their_translations(local: Local) -> None:
    page = (await local.call("GET", "/v2/Templates")).json
    one = (await local.call("GET", "/v2/Templates?FriendlyName=Simulated+template,+plain")).json

    assert [row["sid"] for row in page["templates"]] == [PLAIN, WARNED, PURPOSE]
    assert [row["sid"] for row in one["templates"]] == [PLAIN]
    english = page["templates"][0]["translations"]["en"]
    assert (english["is_default_translation"], english["status"]) == (True, "approved")


async def test_a_template_and_a_locale_shape_the_text(local: Local) -> None:
    await local.start(TemplateSid=PLAIN, Locale="es", CustomFriendlyName="Tienda")

    code = await local.code()
    assert (await screen(local))[0]["body"] == f"Tu código de verificación de Tienda es: {code}."


async def test_substitutions_fill_a_template(local: Local) -> None:
    missing = await local.start(TemplateSid=PURPOSE)
    filled = await local.start(TemplateSid=PURPOSE, TemplateCustomSubstitutions='{"purpose": "paying"}')

    assert (missing.code, filled.status) == (60224, 201)
    code = await local.code()
    assert (await screen(local))[0]["body"] == f"{code} is your Simulated Verify code for paying."


async def test_a_services_own_template_and_its_limits(local: Local) -> None:
    path = f"/v2/Services/{local.verify}"
    await local.call("POST", path, {"DefaultTemplateSid": WARNED})
    await local.start()

    assert "Do not share" in (await screen(local))[0]["body"]
    assert (await local.start(Locale="fr")).code == 60201
    assert (await local.start(Channel="call")).code == 60227
    assert (await local.call("POST", path, {"DefaultTemplateSid": "HJ" + "0" * 32})).code == 60228


async def test_the_default_text_speaks_the_locale(local: Local) -> None:
    await local.start(Locale="de")

    assert (await screen(local))[0]["body"].startswith("Dein Bestätigungscode")


async def test_androids_retriever_gets_its_mark_and_hash(local: Local) -> None:
    await local.start(AppHash="He42w354ol9")

    text = (await screen(local))[0]["body"]
    assert (text[:4], text[-12:]) == ("<#> ", " He42w354ol9")


async def test_a_payment_is_named_and_held_to(local: Local) -> None:
    service = (await local.call("POST", "/v2/Services", {"FriendlyName": "Bank", "Psd2Enabled": "true"})).json
    path, form = f"/v2/Services/{service['sid']}", {"To": HANDSET, "Channel": "sms"}
    paid = {"Amount": "39.99", "Payee": "Acme"}
    assert (await local.call("POST", f"{path}/Verifications", form)).code == 60206
    assert (await local.call("POST", f"{path}/Verifications", {**form, "Channel": "call"})).code == 60214

    started = await local.call("POST", f"{path}/Verifications", {**form, **paid})
    check = {"To": HANDSET, "Code": await local.code()}
    other = await local.call("POST", f"{path}/VerificationCheck", {**check, **paid, "Amount": "1"})
    right = await local.call("POST", f"{path}/VerificationCheck", {**check, **paid})

    assert (started.json["amount"], started.json["payee"]) == ("39.99", "Acme")
    assert "39.99 to Acme" in (await screen(local))[0]["body"]
    assert (other.json["valid"], right.json["valid"]) == (False, True)


async def test_lookup_tells_the_carrier(local: Local) -> None:
    await local.call("POST", f"/v2/Services/{local.verify}", {"LookupEnabled": "true"})

    carrier = (await local.start()).json["lookup"]["carrier"]

    assert (carrier["type"], carrier["name"]) == ("mobile", "Simulated Mobile")


async def test_codes_come_from_the_senders_that_were_set(local: Local) -> None:
    account = await local.account(messaging_services=["Codes"])
    service = account.facts["messaging_service"]
    base = f"/v2/Services/{account.verify}/MessagingConfigurations"
    await account.call("POST", base, {"Country": "US", "MessagingServiceSid": service})
    await account.call("POST", f"/v2/Services/{account.verify}", {"Whatsapp.From": account.whatsapp})
    await account.start()
    await account.start(Channel="whatsapp")

    peers = [one["peer"] for one in await screen(account)]
    assert peers == [account.whatsapp, account.number]


async def test_messaging_configurations_are_one_per_country(local: Local) -> None:
    account = await local.account(messaging_services=["Codes", "Others"])
    first, second = (one["sid"] for one in account.facts["messaging_services"])
    base = f"/v2/Services/{account.verify}/MessagingConfigurations"
    made = await account.call("POST", base, {"Country": "us", "MessagingServiceSid": first})
    changed = await account.call("POST", f"{base}/US", {"MessagingServiceSid": second})

    assert (made.status, made.json["country"]) == (201, "US")
    assert changed.json["messaging_service_sid"] == second
    again = await account.call("POST", base, {"Country": "US", "MessagingServiceSid": first})
    assert again.code == 60213
    assert (await account.call("POST", base, {"Country": "XX", "MessagingServiceSid": first})).code == 60200
    assert (await account.call("POST", base, {"Country": "all", "MessagingServiceSid": "MG"})).code == 60200
    assert len((await account.call("GET", base)).json["messaging_configurations"]) == 1
    assert (await account.call("GET", f"{base}/US")).status == 200
    assert (await account.call("DELETE", f"{base}/US")).status == 204
    assert (await account.call("GET", f"{base}/US")).status == 404


async def test_verify_webhooks_are_kept(local: Local) -> None:
    base = f"/v2/Services/{local.verify}/Webhooks"
    form = {"FriendlyName": "Mine", "EventTypes": ["*"], "WebhookUrl": "http://127.0.0.1/hook"}
    made = await local.call("POST", base, form)
    path = f"{base}/{made.json['sid']}"
    changed = await local.call("POST", path, {"Status": "disabled", "Version": "v1"})

    assert (made.status, made.json["event_types"], made.json["version"]) == (201, ["*"], "v2")
    assert (changed.json["status"], changed.json["version"]) == ("disabled", "v1")
    assert (await local.call("POST", base, {**form, "EventTypes": ["pigeon"]})).code == 60200
    assert (await local.call("POST", path, {"WebhookUrl": "nowhere"})).code == 60200
    assert (await local.call("POST", path, {"Status": "asleep"})).code == 60200
    assert [one["sid"] for one in (await local.call("GET", base)).json["webhooks"]] == [made.json["sid"]]
    assert (await local.call("GET", path)).json == changed.json
    assert (await local.call("DELETE", path)).status == 204
    assert (await local.call("GET", path)).status == 404


async def test_silent_network_auth_counts_the_phones_visit(local: Local) -> None:
    assert (await local.start(Channel="sna")).code == 60223
    await local.does("PATCH", f"/verify-services/{local.verify}", {"sna": True})
    started = (await local.start(Channel="auto")).json
    before = (await local.check("")).json

    path = started["sna"]["url"].removeprefix(f"{local.simulator.url}/_sim")
    await local.does("GET", path)
    after = (await local.check("")).json

    assert (started["channel"], started["send_code_attempts"][0]["channel"]) == ("sna", "sna")
    assert (before["valid"], after["valid"], after["sna_attempts_error_codes"]) == (False, True, [])
    assert (await local.control("GET", path)).status == 404


async def test_silent_network_auth_needs_a_mobile_network(local: Local) -> None:
    await local.does("PATCH", f"/verify-services/{local.verify}", {"sna": True})
    await local.does("PATCH", f"/phones/{HANDSET}", {"kind": "voip"})
    started = (await local.start(Channel="sna")).json

    await local.does("GET", f"/sna/{started['sid']}")
    checked = (await local.check("")).json

    attempt = started["send_code_attempts"][0]["attempt_sid"]
    assert checked["valid"] is False
    assert checked["sna_attempts_error_codes"] == [{"attempt_sid": attempt, "code": 60600}]


async def test_a_code_may_come_late_twice_or_never(local: Local) -> None:
    await astray(local, {"kind": "delay", "seconds": 90}, {"kind": "duplicate", "times": 1}, {"kind": "drop"})

    await local.start()
    assert await screen(local) == []
    await local.advance(90)
    assert len(await screen(local)) == 1
    await local.start()
    assert len(await screen(local)) == 3
    await local.start()
    assert len(await screen(local)) == 3
    assert (await local.check(await local.code())).json["valid"] is True
    assert (await local.does("GET", "/faults"))["unused"] == 0


async def test_a_code_may_take_another_channel(local: Local) -> None:
    await astray(local, {"kind": "channel", "channel": "whatsapp"})

    started = (await local.start()).json

    assert (started["channel"], started["send_code_attempts"][0]["channel"]) == ("whatsapp", "whatsapp")
    assert (await screen(local))[0]["channel"] == "whatsapp"


@pytest.mark.parametrize("match", [{"delivery": "mail"}, {"delivery": "code", "webhook": "status"}])
async def test_a_fault_of_codes_says_so_alone(local: Local, match: dict[str, str]) -> None:
    answer = await local.control("POST", "/faults", {"match": match, "do": [{"kind": "drop"}]})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "match.delivery")


async def test_attempts_are_summed_up_and_filtered_by_prefix(local: Local) -> None:
    await local.start()
    await local.start("+447700900123")
    await local.check(await local.code())

    whole = (await local.call("GET", "/v2/Attempts/Summary")).json
    british = (await local.call("GET", "/v2/Attempts/Summary?DestinationPrefix=%2B44")).json

    assert (whole["total_attempts"], whole["total_converted"], whole["total_unconverted"]) == (2, 1, 1)
    assert whole["conversion_rate_percentage"] == "50"
    assert (british["total_attempts"], british["conversion_rate_percentage"]) == (1, "0")
    rows = (await local.call("GET", "/v2/Attempts?Country=GB")).json["attempts"]
    assert [one["channel_data"]["mcc"] for one in rows] == ["001"]


async def test_settings_of_a_verify_service_are_checked_and_shown(local: Local) -> None:
    path = f"/verify-services/{local.verify}"
    wrong = await local.control("PATCH", path, {"fraud_blocks": ["44"], "blocked_countries": ["XX"]})

    assert sorted(one["field"] for one in wrong.json["errors"]) == ["blocked_countries", "fraud_blocks"]
    shown = await local.does("GET", path)
    assert (shown["fraud_blocks"], shown["blocked_countries"], shown["fraud_guard"]) == ({}, [], True)
    assert (await local.control("GET", "/verify-services/VA0")).status == 404


async def test_a_service_keeps_what_it_is_told_of_push_and_passkeys(local: Local) -> None:
    path = f"/v2/Services/{local.verify}"
    on = {"Push.IncludeDate": "true", "Passkeys.RelyingParty.Id": "example.com", "Totp.Issuer": "Ada"}
    more = {
        "Passkeys.RelyingParty.Origins": "a.example.com, b.example.com",
        "Passkeys.UserVerification": "preferred",
    }
    first = (await local.call("POST", path, {**on, **more})).json
    second = (await local.call("POST", path, {"Push.IncludeDate": "false"})).json

    assert (first["push"]["include_date"], second["push"]["include_date"]) == (True, False)
    assert second["passkeys"]["relying_party"] == {
        "id": "example.com",
        "name": None,
        "origins": ["a.example.com", "b.example.com"],
    }
    assert (second["passkeys"]["user_verification"], second["totp"]["issuer"]) == ("preferred", "Ada")
    assert (await local.call("POST", path, {"Passkeys.UserVerification": "always"})).code == 60200
