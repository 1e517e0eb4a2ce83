"""Everything that can be found: each thing of the world with the words and fields it is found by."""

import re
from collections.abc import Callable, Iterator

from twilio_simulator.pages.debugger import explained
from twilio_simulator.pages.deliveries import outcome
from twilio_simulator.pages.failures import failure
from twilio_simulator.pages.query import Find
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import readable

KINDS = ("Handset", "Message", "Call", "Code", "Webhook", "Alert", "Request")
_CODE = re.compile(r"\b\d{5,6}\b")


def everything(view: View) -> Iterator[Find]:
    """All of it, kind by kind, oldest first."""
    for source in _SOURCES:
        yield from source(view)


def _handsets(view: View) -> Iterator[Find]:
    for one in view.world.handsets.known():
        last = one.screen[-1].at if one.screen else 0
        texts = (one.number, readable(one.number), one.profile_name, one.kind)
        yield Find("Handset", last, one, texts, statuses=(one.state,))


def _messages(view: View) -> Iterator[Find]:
    for account in view.world.accounts.values():
        for one in account.messages.values():
            yield Find(
                "Message",
                one.created,
                one,
                (one.body, one.sid),
                one.to,
                one.sender or "",
                (one.status,),
                (str(one.error_code),) if one.error_code else (),
                "media" if one.media else "",
            )


def _calls(view: View) -> Iterator[Find]:
    for account in view.world.accounts.values():
        for one in account.every_call().values():
            said = tuple(line.text for line in one.heard)
            yield Find("Call", one.created, one, (one.sid, *said), one.to, one.sender, (one.status,))


def _codes(view: View) -> Iterator[Find]:
    """One-time codes, by the code itself or by the verification's SID."""
    for account in view.world.accounts.values():
        for service in account.verify_services.values():
            for one in service.verifications.values():
                texts = (one.code, one.sid, one.channel, service.friendly_name)
                yield Find("Code", one.updated, one, texts, one.to, "", (one.status,), (one.code,))


def _webhooks(view: View) -> Iterator[Find]:
    for one in view.simulator.webhooks.kept.values():
        fields = dict(one.parameters)
        texts = (one.id, one.url, one.subject, one.kind, one.response_body or "", outcome(one))
        yield Find(
            "Webhook",
            one.sent or one.planned,
            one,
            texts,
            fields.get("To", ""),
            fields.get("From", ""),
            (one.status, one.state, str(one.response_status)),
            tuple(_CODE.findall(one.error or "")),
            "media" if fields.get("NumMedia", "0") != "0" else "",
        )


def _alerts(view: View) -> Iterator[Find]:
    for one in view.world.alerts.kept:
        incident = one.incident
        fields = dict(incident.variables)
        texts = (one.sid, one.particulars, explained(one.code), incident.url, incident.resource_sid)
        to, sender = fields.get("To", ""), fields.get("From", "")
        yield Find("Alert", one.at, one, texts, to, sender, (one.level,), (str(one.code),))


def _requests(view: View) -> Iterator[Find]:
    for event in view.world.log.after(0):
        if event.kind == "request":
            one = failure(event)
            texts = (one.path, one.method, event.subject, one.fault, one.run)
            codes = (str(one.code),) if one.code else ()
            yield Find("Request", event.at, one, texts, statuses=(str(one.status),), codes=codes)


_SOURCES: tuple[Callable[[View], Iterator[Find]], ...] = (
    _handsets,
    _messages,
    _calls,
    _codes,
    _webhooks,
    _alerts,
    _requests,
)
