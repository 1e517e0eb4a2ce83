"""What only Twilio's Console sets on a Messaging Service."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit
from twilio_simulator.world.messaging_service import MessagingService


def _service(visit: Visit) -> MessagingService:
    for account in visit.world.accounts.values():
        found = account.messaging_services.get(visit.path["sid"])
        if found is not None:
            return found
    raise BadInputError.of(
        "sid",
        f"There is no Messaging Service {visit.path['sid']}",
        "POST /v1/Services makes one; GET /_sim/accounts/{sid} lists them.",
        404,
    )


def change(visit: Visit) -> Content:
    """Switch Advanced Opt-Out on or off."""
    service, fields = _service(visit), visit.fields()
    advanced = fields.flag("advanced_opt_out", default=service.advanced_opt_out)
    fields.done()
    service.advanced_opt_out = advanced
    return {
        "sid": service.sid,
        "friendly_name": service.friendly_name,
        "senders": service.pool,
        "advanced_opt_out": service.advanced_opt_out,
    }


ROUTES: dict[str, Handler] = {"PATCH /messaging-services/{sid}": change}
