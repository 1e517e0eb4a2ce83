"""Messaging Services: create, fetch, change, delete, list."""

from typing import Any

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.world.messaging_service import LONGEST_VALIDITY, MessagingService

URLS = {
    "InboundRequestUrl": "inbound_request_url",
    "FallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
}
METHODS = {"InboundMethod": "inbound_method", "FallbackMethod": "fallback_method"}
FLAGS = {
    "StickySender": "sticky_sender",
    "MmsConverter": "mms_converter",
    "SmartEncoding": "smart_encoding",
    "FallbackToLongCode": "fallback_to_long_code",
    "AreaCodeGeomatch": "area_code_geomatch",
    "SynchronousValidation": "synchronous_validation",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
}
SCANS = ("inherit", "enable", "disable")
# Twilio docs, services resource: what a service may say it is for.
USECASES = {
    "notifications": "Notifications",
    "marketing": "Marketing",
    "verification": "Verification",
    "discussion": "Discussion",
    "poll": "Polling",
    "undeclared": "Undeclared",
}


def found_service(call: Call, name: str = "Sid") -> MessagingService:
    """The service in the path.

    Raises:
        RefusalError: 20404, there is none.
    """
    found = call.account.messaging_services.get(call.path[name])
    if found is None:
        raise call.missing()
    return found


def _wrong(name: str) -> RefusalError:
    return RefusalError(20422, problem=f"Invalid Parameter: {name}")


def _changes(call: Call) -> dict[str, Any]:
    """What the request sets, by attribute; all of it is checked before any of it holds."""
    changes: dict[str, Any] = {}
    for name, attribute in URLS.items():
        url = call.one(name)
        if url and not is_webhook_url(url):
            raise _wrong(name)
        if url is not None:
            changes[attribute] = url or None
    for name, attribute in METHODS.items():
        method = call.said(name)
        if method is not None and method.upper() not in ("GET", "POST"):
            raise _wrong(name)
        if method is not None:
            changes[attribute] = method.upper()
    flags = {attribute: call.flag(name) for name, attribute in FLAGS.items()}
    return changes | {name: flag for name, flag in flags.items() if flag is not None} | _words(call)


def _words(call: Call) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if call.said("FriendlyName"):
        words["friendly_name"] = call.said("FriendlyName")
    if call.said("ValidityPeriod"):
        words["validity_period"] = call.number("ValidityPeriod")
        if not 1 <= (words["validity_period"] or 0) <= LONGEST_VALIDITY:
            raise _wrong("ValidityPeriod")
    scan, usecase = call.said("ScanMessageContent"), call.said("Usecase")
    if scan is not None and scan not in SCANS:
        raise _wrong("ScanMessageContent")
    if usecase is not None and usecase not in USECASES:
        raise RefusalError(21713)
    return words | {
        name: word for name, word in (("scan_message_content", scan), ("usecase", usecase)) if word
    }


def create_service(call: Call) -> Reply:
    """A new service with an empty pool."""
    changes = _changes(call)
    if "friendly_name" not in changes:
        raise RefusalError(20001, problem="Missing required parameter FriendlyName in the post body")
    service = MessagingService(
        sid=call.world.sids.new("MG"),
        account_sid=call.account.sid,
        created=call.now,
        updated=call.now,
        **changes,
    )
    call.account.messaging_services[service.sid] = service
    return json_reply(201, service.resource(call.request.address))


def update_service(call: Call) -> Reply:
    """Set what is given."""
    service = found_service(call)
    for name, value in _changes(call).items():
        setattr(service, name, value)
    service.updated = call.now
    return json_reply(200, service.resource(call.request.address))


def delete_service(call: Call) -> Reply:
    """The service is gone; its senders stay the account's."""
    del call.account.messaging_services[found_service(call).sid]
    return no_content()


def list_services(call: Call) -> Reply:
    """Every Messaging Service."""
    rows = list(call.account.messaging_services.values())
    address = call.request.address
    return meta_page(call, "services", rows, lambda one: one.sid, lambda one: one.resource(address))


def fetch_service(call: Call) -> Reply:
    """One Messaging Service."""
    return json_reply(200, found_service(call).resource(call.request.address))


def fetch_usecases(_call: Call) -> Reply:
    """What a service may be for."""
    rows = [
        {
            "usecase": name,
            "description": f"Messages of the kind: {title}.",
            "purpose": f"{title} to customers.",
        }
        for name, title in USECASES.items()
    ]
    return json_reply(200, {"usecases": rows})


HANDLERS: dict[str, Handler] = {
    "messaging.CreateService": create_service,
    "messaging.ListService": list_services,
    "messaging.FetchService": fetch_service,
    "messaging.UpdateService": update_service,
    "messaging.DeleteService": delete_service,
    "messaging.FetchUsecase": fetch_usecases,
}
