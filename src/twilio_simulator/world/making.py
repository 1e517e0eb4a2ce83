"""Makes accounts from a plan, the one of the bare start among them."""

from dataclasses import dataclass, field

from twilio_simulator.clock import MINUTE
from twilio_simulator.sid_patterns import SIMULATED
from twilio_simulator.world.account import MEMBERSHIP, Account, Sandbox, Settings, Type
from twilio_simulator.world.keywords import Keywords
from twilio_simulator.world.messaging_service import MessagingService
from twilio_simulator.world.numbers import (
    CAPABILITIES,
    CallerId,
    Number,
    WhatsappSender,
    friendly,
)
from twilio_simulator.world.short_codes import ShortCode
from twilio_simulator.world.state import World
from twilio_simulator.world.template_plans import TemplatePlan, add_template, seed_templates
from twilio_simulator.world.verification import VerifyService

SEED_SID = "AC" + "51a0" * 8
SEED_TOKEN = "51a0" + "c0de" * 7
SEED_NUMBER, SEED_WHATSAPP = "+14155550100", "+14155550199"
SEED_JOIN_WORD = "join sim-sandbox"
SEED_TEST_SID, SEED_TEST_TOKEN = "AC51a0" + "7e57" * 7, "51a0" + "7e57" * 7
MAGIC_SENDER = "+15005550006"
"""The only number that test credentials send from (Twilio docs, iam/test-credentials)."""


@dataclass(slots=True)
class NumberPlan:
    """A number to rent; None takes a free fictional one."""

    number: str | None = None
    friendly_name: str | None = None
    capabilities: frozenset[str] = frozenset(CAPABILITIES)
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class VerifyPlan:
    """A Verify service."""

    friendly_name: str = "Simulated"
    code_length: int = 6
    ttl_seconds: int | None = None
    custom_code_enabled: bool = False
    skip_sms_to_landlines: bool = False
    disabled_channels: frozenset[str] = frozenset()


@dataclass(slots=True)
class ServicePlan:
    """A Messaging Service; `senders` None takes all that the account has."""

    friendly_name: str = "Simulated service"
    senders: list[str] | None = None
    status_callback: str | None = None
    inbound_request_url: str | None = None
    smart_encoding: bool = True
    sticky_sender: bool = True
    advanced_opt_out: bool = False
    keywords: Keywords = field(default_factory=Keywords)


@dataclass(slots=True)
class AccountPlan:
    """An account with all it shall own; what is left out is drawn from the seed."""

    sid: str | None = None
    auth_token: str | None = None
    friendly_name: str = "Simulated account"
    type: Type = "Full"
    ruleset: str = "2026"
    balance_micros: int = 100_000_000
    join_word: str | None = None
    sandbox_sms_url: str | None = None
    sandbox_members: list[str] = field(default_factory=list)
    inbound_url: str | None = None
    """Where texts to any of its senders go, the sandbox included."""
    settings: Settings = field(default_factory=Settings)
    numbers: list[NumberPlan] = field(default_factory=lambda: [NumberPlan()])
    whatsapp_senders: list[str | None] = field(default_factory=lambda: [None])
    verify_services: list[VerifyPlan] = field(default_factory=lambda: [VerifyPlan()])
    messaging_services: list[ServicePlan] = field(default_factory=list)
    verified_callers: list[str] = field(default_factory=list)
    templates: list[TemplatePlan] = field(default_factory=list)
    short_codes: list[str] = field(default_factory=list)
    test_sid: str | None = None
    test_token: str | None = None
    api_keys: int = 0


def make_account(world: World, plan: AccountPlan) -> Account:
    """The account, registered in the world; the plan was checked before."""
    now = world.clock.now()
    sid = plan.sid or simulated(world, "AC")
    account = Account(
        sid=sid,
        auth_token=plan.auth_token or simulated(world, ""),
        friendly_name=plan.friendly_name,
        created=now,
        updated=now,
        sandbox=Sandbox(plan.join_word or f"join sim-{sid[-6:]}", plan.sandbox_sms_url),
        type=plan.type,
        ruleset=plan.ruleset,
        balance_micros=plan.balance_micros,
        settings=plan.settings,
    )
    for number in plan.numbers:
        rent(world, account, number)
    for code in plan.short_codes:
        account.short_codes[code] = ShortCode(world.sids.new("SC"), account.sid, code, now, now)
    for sender in plan.whatsapp_senders:
        _add_whatsapp(world, account, sender)
    _add_services(world, account, plan)
    for template in plan.templates:
        add_template(world, account, template, simulated(world, "HX"))
    for caller in plan.verified_callers:
        verify_caller(world, account, caller)
    for member in plan.sandbox_members:
        account.sandbox.members[member] = now + MEMBERSHIP
    for _ in range(plan.api_keys):
        account.api_keys[simulated(world, "SK")] = simulated(world, "")
    if plan.inbound_url is not None:
        listen(account, plan.inbound_url)
    account.test_twin = _twin(world, plan, now)
    world.register(account)
    return account


def _twin(world: World, plan: AccountPlan, now: int) -> Account:
    """What the account's test credentials open; its one number is in nobody's hands."""
    sid = plan.test_sid or f"AC{SIMULATED}{world.sids.new('test account')[-28:]}"
    token = plan.test_token or f"{SIMULATED}{world.sids.new('test token')[-28:]}"
    number = Number(
        sid=f"PN{SIMULATED}{'0' * 28}",
        account_sid=sid,
        number=MAGIC_SENDER,
        friendly_name=friendly(MAGIC_SENDER),
        capabilities=frozenset(CAPABILITIES),
        created=now,
        updated=now,
    )
    twin = Account(sid, token, plan.friendly_name, now, Sandbox("join nothing"), is_test=True)
    twin.numbers[MAGIC_SENDER] = number
    return twin


def listen(account: Account, url: str) -> None:
    """Send texts to any of the account's senders to one URL; a blank one ends that."""
    for number in account.numbers.values():
        number.settings["sms_url"] = url
    for code in account.short_codes.values():
        code.settings |= {"sms_url": url}
    for sender in account.whatsapp_senders.values():
        sender.callback_url = url or None
    account.sandbox.sms_url = url or None


def simulated(world: World, prefix: str) -> str:
    """An identifier or token that shows it is simulated."""
    return prefix + SIMULATED + world.sids.new(f"simulated {prefix}")[-28:]


def rent(world: World, account: Account, plan: NumberPlan) -> Number:
    """Give the account a number."""
    now = world.clock.now()
    text = plan.number or next(world.fictional_numbers())
    number = Number(
        sid=world.sids.new("PN"),
        account_sid=account.sid,
        number=text,
        friendly_name=plan.friendly_name or friendly(text),
        capabilities=plan.capabilities,
        created=now,
        updated=now,
        settings=dict(plan.settings),
    )
    account.numbers[text] = world.numbers[text] = number
    return number


def _add_whatsapp(world: World, account: Account, sender: str | None) -> None:
    number = sender or next(world.fictional_numbers())
    account.whatsapp_senders[number] = WhatsappSender(world.sids.new("XE"), number, account.friendly_name)
    world.whatsapp_owners[number] = account


def _add_services(world: World, account: Account, plan: AccountPlan) -> None:
    now = world.clock.now()
    for verify in plan.verify_services:
        add_verify_service(world, account, verify)
    own = [
        *account.numbers,
        *account.short_codes,
        *(f"whatsapp:{number}" for number in account.whatsapp_senders),
    ]
    for service in plan.messaging_services:
        sid = world.sids.new("MG")
        account.messaging_services[sid] = MessagingService(
            sid=sid,
            account_sid=account.sid,
            friendly_name=service.friendly_name,
            created=now,
            pool=list(own if service.senders is None else service.senders),
            status_callback=service.status_callback,
            inbound_request_url=service.inbound_request_url,
            smart_encoding=service.smart_encoding,
            sticky_sender=service.sticky_sender,
            advanced_opt_out=service.advanced_opt_out,
            keywords=service.keywords,
        )


def add_verify_service(world: World, account: Account, plan: VerifyPlan) -> VerifyService:
    """Give the account a Verify service."""
    now = world.clock.now()
    seconds = plan.ttl_seconds
    service = VerifyService(
        sid=world.sids.new("VA"),
        account_sid=account.sid,
        friendly_name=plan.friendly_name,
        created=now,
        updated=now,
        ttl_ms=world.rules.verify_ttl_minutes * MINUTE if seconds is None else seconds * 1000,
        code_length=plan.code_length,
        custom_code_enabled=plan.custom_code_enabled,
        skip_sms_to_landlines=plan.skip_sms_to_landlines,
        disabled_channels=plan.disabled_channels,
    )
    account.verify_services[service.sid] = service
    return service


def verify_caller(world: World, account: Account, number: str) -> CallerId:
    """Make a number a verified one."""
    caller = CallerId(world.sids.new("PN"), account.sid, number, friendly(number), world.clock.now())
    account.caller_ids[caller.sid] = caller
    return caller


def seed_plan(sid: str | None, token: str | None) -> AccountPlan:
    """The account of a bare start."""
    return AccountPlan(
        sid=sid or SEED_SID,
        auth_token=token or SEED_TOKEN,
        friendly_name="Simulated Twilio account",
        join_word=SEED_JOIN_WORD,
        numbers=[NumberPlan(SEED_NUMBER)],
        whatsapp_senders=[SEED_WHATSAPP],
        verify_services=[VerifyPlan("Simulated Verify")],
        templates=seed_templates(),
        test_sid=SEED_TEST_SID,
        test_token=SEED_TEST_TOKEN,
    )
