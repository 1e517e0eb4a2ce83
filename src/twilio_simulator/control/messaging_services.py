"""What only Twilio's Console sets on a Messaging Service."""

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.keywords import keywords
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


def shown(service: MessagingService) -> Content:
    """What the service listens to, and from where."""
    return {
        "sid": service.sid,
        "friendly_name": service.friendly_name,
        "senders": service.pool,
        "advanced_opt_out": service.advanced_opt_out,
        "keywords": service.keywords.shown(),
    }


def fetch(visit: Visit) -> Content:
    """One Messaging Service."""
    return shown(_service(visit))


def change(visit: Visit) -> Content:
    """Switch Advanced Opt-Out on or off, and set its words and answers."""
    service, fields = _service(visit), visit.fields()
    advanced = fields.flag("advanced_opt_out", default=service.advanced_opt_out)
    words = keywords(fields, "keywords", service.keywords)
    if fields.has("keywords") and not advanced:
        fields.wrong("keywords", "need Advanced Opt-Out", 'Add "advanced_opt_out": true.')
    fields.done()
    service.advanced_opt_out, service.keywords = advanced, words
    return shown(service)


ROUTES: dict[str, Handler] = {
    "GET /messaging-services/{sid}": fetch,
    "PATCH /messaging-services/{sid}": change,
}
