"""The sender pool of a Messaging Service: its numbers, short codes, names and WhatsApp senders."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from twilio_simulator.addresses import is_alphanumeric
from twilio_simulator.clock import iso
from twilio_simulator.countries import country
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.messaging_services import found_service
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.world.account import Account
from twilio_simulator.world.messaging_service import MessagingService

LARGEST_POOL = 400
"""Senders of one kind (Twilio docs, services resource)."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One sender that an account could put into a pool."""

    sid: str
    address: str
    shown: Row
    """What only its kind has."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One subresource of a service."""

    name: str
    """In operation ids: `PhoneNumber`."""
    folder: str
    key: str
    parameter: str
    service: str
    """What the path calls the service's SID."""
    owned: Callable[[Account, MessagingService], Iterable[Member]]


def _capabilities(words: Iterable[str]) -> list[str]:
    return sorted("Voice" if word == "voice" else word.upper() for word in words)


def _numbers(account: Account, _: MessagingService) -> Iterable[Member]:
    for one in account.numbers.values():
        shown = {
            "phone_number": one.number,
            "country_code": country(one.number),
            "capabilities": _capabilities(one.capabilities),
        }
        yield Member(one.sid, one.number, shown)


def _short_codes(account: Account, _: MessagingService) -> Iterable[Member]:
    for one in account.short_codes.values():
        shown = {"short_code": one.short_code, "country_code": "US", "capabilities": ["SMS"]}
        yield Member(one.sid, one.short_code, shown)


def _names(_: Account, service: MessagingService) -> Iterable[Member]:
    for name, sid in service.alpha_sids.items():
        yield Member(sid, name, {"alpha_sender": name, "capabilities": ["SMS"]})


def _whatsapp(account: Account, _: MessagingService) -> Iterable[Member]:
    for one in account.whatsapp_senders.values():
        address = f"whatsapp:{one.number}"
        shown = {"sender": address, "sender_type": "WhatsApp", "country_code": country(one.number)}
        yield Member(one.sid, address, shown)


KINDS = (
    Kind("PhoneNumber", "PhoneNumbers", "phone_numbers", "PhoneNumberSid", "ServiceSid", _numbers),
    Kind("ShortCode", "ShortCodes", "short_codes", "ShortCodeSid", "ServiceSid", _short_codes),
    Kind("AlphaSender", "AlphaSenders", "alpha_senders", "AlphaSender", "ServiceSid", _names),
    Kind("ChannelSender", "ChannelSenders", "senders", "Sid", "MessagingServiceSid", _whatsapp),
)


def _resource(call: Call, kind: Kind, service: MessagingService, member: Member) -> Row:
    since = iso(service.since.get(member.address, service.created))
    owner = "messaging_service_sid" if kind.name == "ChannelSender" else "service_sid"
    return {
        "sid": member.sid,
        "account_sid": service.account_sid,
        owner: service.sid,
        "date_created": since,
        "date_updated": since,
        **member.shown,
        "url": f"{call.request.address}/v1/Services/{service.sid}/{kind.folder}/{member.sid}",
    }


def _members(call: Call, kind: Kind, service: MessagingService) -> list[Member]:
    return [one for one in kind.owned(call.account, service) if one.address in service.pool]


def _wanted(call: Call, kind: Kind, service: MessagingService) -> Member:
    text = call.said(kind.parameter)
    if text is None:
        raise RefusalError(20001, problem=f"Missing required parameter {kind.parameter} in the post body")
    if kind.name == "AlphaSender":
        if not is_alphanumeric(text):
            raise RefusalError(20422, problem="Invalid Parameter: AlphaSender")
        sid = service.alpha_sids.get(text) or call.world.sids.new("AI")
        return Member(sid, text, {"alpha_sender": text, "capabilities": ["SMS"]})
    for one in kind.owned(call.account, service):
        if one.sid == text:
            return one
    raise call.missing()


def add_member(kind: Kind, call: Call) -> Reply:
    """Put a sender into the pool; a number or WhatsApp sender is in one pool at most."""
    service = found_service(call, kind.service)
    member = _wanted(call, kind, service)
    if member.address in service.pool:
        raise RefusalError(21710)
    others = call.account.messaging_services.values()
    if kind.name != "AlphaSender" and any(member.address in one.pool for one in others):
        raise RefusalError(21712)
    if len(_members(call, kind, service)) >= LARGEST_POOL:
        raise RefusalError(21714)
    if kind.name == "AlphaSender":
        service.alpha_sids[member.address] = member.sid
    service.pool.append(member.address)
    service.since[member.address] = call.now
    return json_reply(201, _resource(call, kind, service, member))


def list_members(kind: Kind, call: Call) -> Reply:
    """The senders of this kind in the pool."""
    service = found_service(call, kind.service)
    rows = _members(call, kind, service)
    return meta_page(
        call, kind.key, rows, lambda one: one.sid, lambda one: _resource(call, kind, service, one)
    )


def _member(call: Call, kind: Kind, service: MessagingService) -> Member:
    for one in _members(call, kind, service):
        if one.sid == call.path["Sid"]:
            return one
    raise call.missing()


def fetch_member(kind: Kind, call: Call) -> Reply:
    """One sender of the pool."""
    service = found_service(call, kind.service)
    return json_reply(200, _resource(call, kind, service, _member(call, kind, service)))


def delete_member(kind: Kind, call: Call) -> Reply:
    """Take a sender out of the pool; recipients who were used to it get another."""
    service = found_service(call, kind.service)
    member = _member(call, kind, service)
    service.pool.remove(member.address)
    service.since.pop(member.address, None)
    service.alpha_sids.pop(member.address, None)
    return no_content()


HANDLERS: dict[str, Handler] = {
    f"messaging.{verb}{kind.name}": partial(act, kind)
    for kind in KINDS
    for verb, act in (
        ("Create", add_member),
        ("List", list_members),
        ("Fetch", fetch_member),
        ("Delete", delete_member),
    )
}
