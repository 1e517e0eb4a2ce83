"""TwiML applications, and which of several callback URLs counts."""

import asyncio

import pytest
from tests.simulator.local import HANDSET, Local, Receiver
from tests.simulator.test_facts import FACTS, check

from twilio_simulator.exchange import Reply
from twilio_simulator.sdk import connect

pytestmark = pytest.mark.anyio


async def application(local: Local, **urls: str) -> str:
    answer = await local.call("POST", "{}/Applications.json", {"FriendlyName": "App", **urls})
    assert answer.status == 201, answer.body
    check(FACTS["api.CreateApplication"], answer.json)
    return str(answer.json["sid"])


async def test_applications_are_made_changed_listed_and_removed(local: Local) -> None:
    client = connect(local.simulator.url, local.sid, local.token)

    def program() -> tuple[str, list[str], bool]:
        made = client.applications.create(friendly_name="Shop", sms_url="http://127.0.0.1/sms")
        changed = client.applications(made.sid).update(voice_method="GET")
        listed = [one.friendly_name for one in client.applications.list(friendly_name="Shop")]
        assert client.applications(made.sid).fetch().sms_url == "http://127.0.0.1/sms"
        return changed.voice_method, listed, client.applications(made.sid).delete()

    assert await asyncio.to_thread(program) == ("GET", ["Shop"], True)
    client.http_client.close()
    gone = await local.call("GET", f"{{}}/Applications/AP{'0' * 32}.json")
    assert gone.status == 404


@pytest.mark.parametrize(("form", "code"), [({"SmsUrl": "ftp://a"}, 21402), ({"VoiceMethod": "PUT"}, 21403)])
async def test_wrong_urls_and_methods_are_refused(local: Local, form: dict[str, str], code: int) -> None:
    assert (await local.call("POST", "{}/Applications.json", form)).code == code


async def test_a_message_callback_goes_before_the_applications_and_that_before_the_services(
    local: Local, receiver: Receiver
) -> None:
    account = await local.account(
        progress="immediate", messaging_services=[{"status_callback": f"{receiver.url}/service"}]
    )
    app = await application(account, MessageStatusCallback=f"{receiver.url}/app")
    sender = {"From": None, "MessagingServiceSid": account.facts["messaging_service"]}

    await account.sent(**sender)
    await account.sent(**sender, ApplicationSid=app)
    await account.sent(**sender, ApplicationSid=app, StatusCallback=f"{receiver.url}/own")
    await local.simulator.webhooks.settled()

    assert sorted({one.path for one in receiver.got}) == ["/app", "/own", "/service"]
    assert len(receiver.got) == 9


async def test_a_numbers_application_takes_its_texts_and_calls(local: Local, receiver: Receiver) -> None:
    app = await application(local, SmsUrl=f"{receiver.url}/sms", VoiceUrl=f"{receiver.url}/voice")
    number = (await local.call("GET", "{}/IncomingPhoneNumbers.json")).json["incoming_phone_numbers"][0]
    form = {"SmsUrl": f"{receiver.url}/old", "SmsApplicationSid": app, "VoiceApplicationSid": app}
    await local.call("POST", f"{{}}/IncomingPhoneNumbers/{number['sid']}.json", form)

    await local.does("POST", f"/phones/{HANDSET}/messages", {"to": local.number, "body": "Hi"})
    await local.does("POST", f"/phones/{HANDSET}/calls", {"to": local.number})

    assert [one.path for one in receiver.got] == ["/sms", "/voice"]


async def test_a_call_may_be_described_by_an_application(local: Local, receiver: Receiver) -> None:
    receiver.answers = [Reply(200, b"<Response><Say>App</Say></Response>", content_type="text/xml")]
    app = await application(
        local, VoiceUrl=f"{receiver.url}/voice", StatusCallback=f"{receiver.url}/status", VoiceMethod="GET"
    )
    form = {"To": HANDSET, "From": local.number, "ApplicationSid": app}

    await local.call("POST", "{}/Calls.json", form)
    await local.advance(20)

    assert [one.path.partition("?")[0] for one in receiver.got] == ["/voice", "/status"]
    bare = await application(local)
    assert (await local.call("POST", "{}/Calls.json", {**form, "ApplicationSid": bare})).code == 21205
    assert (await local.call("POST", "{}/Calls.json", {**form, "ApplicationSid": "AP1"})).code == 21218
