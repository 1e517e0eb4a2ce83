"""What the phone page asks for beside the other controls: a new handset, and a message as curl."""

from shlex import quote

from twilio_simulator.addresses import is_dialable
from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.visit import Content, Handler, Visit

NAMES = ("Ada", "Ben", "Chen", "Dora", "Emil", "Fatou", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena")


def new_phone(visit: Visit) -> Content:
    """A handset with a fictional number that nobody has yet, unless one is given."""
    fields, world = visit.fields(), visit.world
    number = fields.text("number")
    name = fields.text("profile_name")
    if number is not None and not is_dialable(number):
        fields.wrong("number", f"is '{number}'", "Write it like +14155550123, or leave it out.")
    fields.done()
    taken = {one.number for one in world.handsets.known()}
    free = (one for one in world.fictional_numbers() if one not in taken)
    phone = world.handsets.get(number or next(free))
    # Somebody sits in front of it: they answer by themselves.
    phone.calls = "ring"
    phone.profile_name = name or NAMES[len(taken) % len(NAMES)]
    world.log.note("phone.added", "", phone.number)
    return phone.resource()


def as_curl(visit: Visit) -> Content:
    """The command that makes such a message again; the account's token stands in it."""
    from twilio_simulator.pages.asked import parameters  # noqa: PLC0415 - as little as possible at the start

    message = visit.world.message(visit.path["sid"])
    if message is None:
        raise BadInputError.of("sid", f"There is no message {visit.path['sid']}", "GET /_sim/events.", 404)
    account = visit.world.accounts[message.account_sid]
    url = f"{visit.request.address}/2010-04-01/Accounts/{account.sid}/Messages.json"
    parts = [f"curl -X POST {quote(url)}", f"-u {quote(f'{account.sid}:{account.auth_token}')}"]
    parts += [f"--data-urlencode {quote(f'{name}={value}')}" for name, value in parameters(account, message)]
    return {"curl": " \\\n  ".join(parts)}


ROUTES: dict[str, Handler] = {"POST /phones": new_phone, "GET /messages/{sid}/curl": as_curl}
