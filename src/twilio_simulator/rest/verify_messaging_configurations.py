"""Verify messaging configurations: which Messaging Service sends the codes to a country."""

from twilio_simulator.countries import COUNTRIES
from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply, no_content
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.rest.verify_services import found_service
from twilio_simulator.world.verify_parts import MessagingConfiguration

ANYWHERE = "all"


def _messaging_service(call: Call) -> str:
    sid = call.said("MessagingServiceSid")
    if sid is None or sid not in call.account.messaging_services:
        raise RefusalError(60200, parameter="MessagingServiceSid")
    return sid


def create_configuration(call: Call) -> Reply:
    """One per country; `all` is for every other one."""
    service = found_service(call, call.path["ServiceSid"])
    country = call.said("Country") or ""
    if country != ANYWHERE and country.upper() not in COUNTRIES:
        raise RefusalError(60200, parameter="Country")
    country = country if country == ANYWHERE else country.upper()
    if country in service.messaging_configurations:
        raise RefusalError(60213)
    messaging = _messaging_service(call)
    made = MessagingConfiguration(call.account.sid, service.sid, country, messaging, call.now, call.now)
    service.messaging_configurations[country] = made
    return json_reply(201, made.resource(call.request.address))


def _found(call: Call) -> MessagingConfiguration:
    configurations = found_service(call, call.path["ServiceSid"]).messaging_configurations
    found = configurations.get(call.path["Country"])
    if found is None:
        raise call.missing()
    return found


def fetch_configuration(call: Call) -> Reply:
    """The one of a country."""
    return json_reply(200, _found(call).resource(call.request.address))


def update_configuration(call: Call) -> Reply:
    """Another Messaging Service for the country."""
    found = _found(call)
    found.messaging_service_sid, found.updated = _messaging_service(call), call.now
    return json_reply(200, found.resource(call.request.address))


def delete_configuration(call: Call) -> Reply:
    """Verify chooses the sender again."""
    found = _found(call)
    del found_service(call, call.path["ServiceSid"]).messaging_configurations[found.country]
    return no_content()


def list_configurations(call: Call) -> Reply:
    """All of the service."""
    rows = list(found_service(call, call.path["ServiceSid"]).messaging_configurations.values())
    address = call.request.address
    return meta_page(
        call, "messaging_configurations", rows, lambda one: one.country, lambda one: one.resource(address)
    )


HANDLERS: dict[str, Handler] = {
    "verify.CreateMessagingConfiguration": create_configuration,
    "verify.FetchMessagingConfiguration": fetch_configuration,
    "verify.UpdateMessagingConfiguration": update_configuration,
    "verify.DeleteMessagingConfiguration": delete_configuration,
    "verify.ListMessagingConfiguration": list_configurations,
}
