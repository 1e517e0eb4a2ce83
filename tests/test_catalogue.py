"""Every definition is held to the same: names agree, fields explain themselves, Twilio takes the examples."""

import subprocess
import sys
from typing import Any

import pytest
from tests.simulated import HANDSET, Simulated

from ringback import actions
from ringback.action import Action, Effect, Input
from ringback.actions.send_message import SendMessage
from ringback.clock import moment
from ringback.errors import NotFound
from ringback.twilio import resources

NAMES = actions.names()
CATALOGUE = actions.catalogue()
CALLBACK = "http://127.0.0.1:9/status"


@pytest.mark.parametrize("name", NAMES)
def test_file_function_and_input_go_by_one_name(name: str) -> None:
    action = CATALOGUE[name]
    module = action.function.__module__.rpartition(".")[2]

    assert action.name == action.input.__name__ == name
    assert action.function.__name__ == module
    assert module.replace("_", "") == name.lower()


@pytest.mark.parametrize("name", NAMES)
def test_a_title_is_a_short_line_and_no_copy_of_the_name(name: str) -> None:
    title = CATALOGUE[name].title

    assert 8 <= len(title) < 60
    assert title[0].isupper()
    assert " " in title


@pytest.mark.parametrize("name", NAMES)
def test_every_field_explains_itself(name: str) -> None:
    for field, facts in CATALOGUE[name].input.model_fields.items():
        assert facts.description, field
        assert facts.description.endswith("."), field
        assert facts.examples, field


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_shows_people_no_pattern(name: str) -> None:
    assert '"pattern"' not in str(CATALOGUE[name].input.model_json_schema())


@pytest.mark.parametrize("name", NAMES)
def test_an_action_says_what_it_does_to_the_world(name: str) -> None:
    action = CATALOGUE[name]

    assert action.reference.startswith("https://www.twilio.com/docs/")
    assert (action.effect is Effect.READ) == name.startswith(("List", "Get", "LookUp"))
    assert (action.effect is Effect.SEND) == name.startswith(("Send", "Make"))


@pytest.mark.parametrize("name", NAMES)
def test_what_reaches_people_or_checks_a_code_can_be_proved_at_twilio(name: str) -> None:
    action = CATALOGUE[name]

    assert (action.proof is not None) == (action.effect in (Effect.SEND, Effect.CHECK))


@pytest.mark.parametrize("name", NAMES)
def test_what_changes_something_can_be_read_at_twilio(name: str) -> None:
    action = CATALOGUE[name]

    assert (action.reading is not None) == (action.effect is Effect.WRITE)


def variants(action: Action[Any, Any]) -> list[dict[str, Any]]:
    """The example with every field set; where two exclude each other, one without each."""
    fields = action.input.model_fields
    whole = {name: facts.examples[0] for name, facts in fields.items() if facts.examples}
    extras = {name: facts.json_schema_extra for name, facts in fields.items()}
    pairs = [
        (name, extra["excludes"])
        for name, extra in extras.items()
        if isinstance(extra, dict) and "excludes" in extra
    ]
    dropped = [{str(name)} for pair in pairs for name in pair] or [set()]
    return [{name: value for name, value in whole.items() if name not in without} for without in dropped]


SEEDED_TEMPLATE = f"HJ51a0{1:028x}"  # every account of the simulator has it

CASES = [
    pytest.param(action, number, id=f"{name}-{number}")
    for name, action in CATALOGUE.items()
    for number in range(len(variants(action)))
]


@pytest.mark.anyio
@pytest.mark.parametrize(("action", "number"), CASES)
async def test_the_whole_example_is_what_twilio_takes(
    simulated: Simulated, action: Action[Any, Any], number: int
) -> None:
    # The simulator is strict here: it knows Twilio's parameter names and refuses any other.
    message = await a_message(simulated, scheduled=action.name == "CancelMessage")
    verification = {"sid": ""}
    if action.name in ("VerifyCode", "CancelVerify"):
        verifications = resources.verifications(simulated.verify_service)
        verification = await simulated.twilio.create(verifications, To=HANDSET, Channel="sms")
    held = {
        "sms-sender": simulated.number,
        "sender": simulated.number,
        "whatsapp-sender": simulated.whatsapp_sender,
        "verify-service-sid": simulated.verify_service,
        "verify-template-sid": SEEDED_TEMPLATE,
        "message-sid": message["sid"],
        "verification-sid": verification["sid"],
    }
    example = filled(action, variants(action)[number], held)
    reporting = simulated.twilio.with_callback(CALLBACK)

    assert await action(action.input.model_validate(example), reporting)
    if "sender" in example and action.effect is Effect.SEND:
        from_service = example | {"sender": simulated.messaging_service}
        assert await action(action.input.model_validate(from_service), reporting)


async def a_message(simulated: Simulated, *, scheduled: bool) -> dict[str, Any]:
    """A message that was delivered, or one that Twilio keeps for an hour."""
    sender = {"MessagingServiceSid": simulated.messaging_service} if scheduled else {"From": simulated.number}
    send_at = moment(await simulated.twilio.world_time() + 3_600_000)
    schedule = {"ScheduleType": "fixed", "SendAt": send_at} if scheduled else {}
    return await simulated.twilio.create(resources.messages(), sender | schedule, To=HANDSET, Body="Hi")


def filled(action: Action[Any, Any], example: dict[str, Any], held: dict[str, str]) -> dict[str, Any]:
    """The example with what the account really holds."""
    return {name: held.get(format_of(action.input, name), value) for name, value in example.items()}


def format_of(model: type[Input], field: str) -> str:
    schema = model.model_json_schema()["properties"][field]
    choices = [schema, *schema.get("anyOf", [])]
    return next((choice["format"] for choice in choices if "format" in choice), "")


def test_actions_are_found_by_their_exact_name() -> None:
    assert actions.find("SendMessage") is CATALOGUE["SendMessage"]
    assert actions.action_of(SendMessage) is CATALOGUE["SendMessage"]
    assert list(CATALOGUE) == sorted(CATALOGUE)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SendMesage", "Did you mean SendMessage"),
        ("send_message", "Did you mean SendMessage"),
        ("", "There are: "),
        ("os", "There are: "),
        ("..secrets", "There are: "),
    ],
)
def test_a_name_that_is_none_is_answered_with_those_that_are(name: str, hint: str) -> None:
    with pytest.raises(NotFound, match=hint):
        actions.find(name)


def test_a_model_that_is_no_input_has_no_action() -> None:
    impostor = type("SendMessage", (Input,), {})

    with pytest.raises(NotFound, match="not the input of an action"):
        actions.action_of(impostor)


def test_one_action_is_imported_without_the_others() -> None:
    code = (
        "import sys; from ringback.actions import find, names; find('GetMessage'); "
        "print(sum(name.startswith('ringback.actions.') for name in sys.modules), len(names()))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own interpreter
    imported, known = map(int, shown.split())

    assert imported == 1
    assert known == len(CATALOGUE)
