"""The list of Verify's templates."""

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler
from twilio_simulator.rest.paging import meta_page
from twilio_simulator.world.verify_templates import TEMPLATES


def list_templates(call: Call) -> Reply:
    """Filtered by name."""
    name = call.request.asked("FriendlyName")
    rows = [one for one in TEMPLATES.values() if name in (None, "", one.name)]
    sid = call.account.sid
    return meta_page(call, "templates", rows, lambda one: one.sid, lambda one: one.resource(sid))


HANDLERS: dict[str, Handler] = {"verify.ListVerificationTemplate": list_templates}
