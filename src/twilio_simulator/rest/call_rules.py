"""What Twilio checks before it takes a call on."""

import re
from dataclasses import replace

from twilio_simulator.addresses import Address, address, is_dialable
from twilio_simulator.countries import country
from twilio_simulator.ledger import RefusalError
from twilio_simulator.life.listeners import of_settings
from twilio_simulator.rest.call import Call
from twilio_simulator.rest.trial_rules import check_minutes, check_verified
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.phone_call import CallPlan

EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
METHODS = ("GET", "POST")
LONGEST_TWIML, LONGEST_TIMEOUT, DEFAULT_TIMEOUT = 4000, 600, 60
DEFAULT_LIMIT = 14_400
DIGITS = re.compile(r"[0-9A-D#*wW]{1,32}")


def checked_parties(call: Call) -> tuple[Address, Address]:
    """Whom to call, and as whom.

    Raises:
        RefusalError: Twilio would not call.
    """
    if not call.said("To"):
        raise RefusalError(21201)
    if not call.said("From"):
        raise RefusalError(21213)
    to, sender = address(call.one("To") or ""), address(call.one("From") or "")
    if not is_dialable(to.number) or to.channel != "sms":
        raise RefusalError(21217, to=call.one("To") or "")
    if not is_dialable(sender.number):
        raise RefusalError(21212, sender=call.one("From") or "")
    _check_rights(call, to.number, sender.number)
    return to, sender


def _check_rights(call: Call, to: str, sender: str) -> None:
    account = call.account
    verified = {caller.number for caller in account.caller_ids.values()}
    owned = account.numbers.get(sender)
    if sender not in verified and (owned is None or "voice" not in owned.capabilities):
        raise RefusalError(21210, sender=sender)
    check_verified(account, to, 21219)
    check_minutes(account, call.now, call.world.rules)
    if country(to) in account.settings.blocked_countries:
        raise RefusalError(21215, to=to)


def checked_plan(call: Call) -> CallPlan:
    """How the call is to go.

    Raises:
        RefusalError: something in it is wrong.
    """
    if call.said("ApplicationSid"):
        return _plan_of_application(call)
    plan = CallPlan(
        url=call.said("Url"),
        method=_method(call, "Method"),
        twiml=call.said("Twiml"),
        fallback=_turn(call, "FallbackUrl", "FallbackMethod"),
        callback=_url(call, "StatusCallback"),
        callback_method=_method(call, "StatusCallbackMethod"),
        events=_events(call),
        timeout=_timeout(call),
        time_limit=call.number("TimeLimit") or DEFAULT_LIMIT,
        send_digits=_digits(call),
        machine_detection=call.said("MachineDetection") or "",
    )
    if call.flag("AsyncAmd"):
        plan.machine_callback = _turn(call, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
    check_document(plan.url, plan.twiml)
    return plan


def _plan_of_application(call: Call) -> CallPlan:
    """An application brings its own URLs; the request's are then ignored (Twilio docs, call resource).

    Raises:
        RefusalError: there is no such application, or it has no voice URL.
    """
    application = call.account.applications.get(call.one("ApplicationSid") or "")
    if application is None:
        raise RefusalError(21218, value=call.one("ApplicationSid") or "")
    there = of_settings(application, "voice", ("", ""))
    if there is None:
        raise RefusalError(21205)
    return CallPlan(
        url=there.url,
        method=there.method,
        fallback=there.fallback,
        callback=application.setting("status_callback") or None,
        callback_method=application.setting("status_callback_method"),
        timeout=_timeout(call),
        send_digits=_digits(call),
    )


def check_document(url: str | None, twiml: str | None) -> None:
    """There has to be a Url or Twiml, and each has to be one.

    Raises:
        RefusalError: 21205.
    """
    if (url is None and twiml is None) or (url is not None and not is_webhook_url(url)):
        raise RefusalError(21205)
    if twiml is not None and len(twiml) > LONGEST_TWIML:
        raise RefusalError(21205)


def changed_plan(call: Call, plan: CallPlan) -> CallPlan:
    """The plan with what an update says: document, fallback, status callback, how long it may last.

    Raises:
        RefusalError: something in it is wrong.
    """
    url, twiml = call.said("Url"), call.said("Twiml")
    changed = replace(plan)
    if url is not None or twiml is not None:
        check_document(url, twiml)
        changed.url, changed.twiml, changed.method = url, twiml, _method(call, "Method")
    callback, method = _url(call, "StatusCallback"), _method(call, "StatusCallbackMethod")
    changed.fallback = _turn(call, "FallbackUrl", "FallbackMethod") or plan.fallback
    if callback is not None:
        changed.callback, changed.callback_method = callback, method
    changed.time_limit = call.number("TimeLimit") or plan.time_limit
    return changed


def _events(call: Call) -> frozenset[str]:
    """Repeated, or in one value with blanks, as older programs send them."""
    given = {word for value in call.request.form.get("StatusCallbackEvent", []) for word in value.split()}
    return frozenset(given & EVENTS) or frozenset({"completed"})


def _method(call: Call, name: str) -> str:
    value = (call.said(name) or "POST").upper()
    if value not in METHODS:
        raise RefusalError(21209, name=name, value=value)
    return value


def _url(call: Call, name: str) -> str | None:
    url = call.said(name)
    if url is not None and not is_webhook_url(url):
        raise RefusalError(21609, url=url)
    return url


def _turn(call: Call, name: str, method: str) -> tuple[str, str] | None:
    url = _url(call, name)
    return None if url is None else (url, _method(call, method))


def _timeout(call: Call) -> int:
    if not call.said("Timeout"):
        return DEFAULT_TIMEOUT
    seconds = call.number("Timeout")
    if seconds is None or not 0 < seconds <= LONGEST_TIMEOUT:
        raise RefusalError(21208, value=call.one("Timeout") or "")
    return seconds


def _digits(call: Call) -> str:
    digits = call.said("SendDigits") or ""
    if digits and DIGITS.fullmatch(digits) is None:
        raise RefusalError(21206, value=digits)
    return digits
