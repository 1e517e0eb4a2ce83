"""What TwiML says about a text message: which replies go out, and where the conversation goes on."""

from dataclasses import dataclass
from urllib.parse import urljoin

from twilio_simulator.twiml.document import Element

LONGEST_BODY = 1600
METHODS = ("GET", "POST")
_MESSAGE = frozenset({"to", "from", "action", "method", "statusCallback"})
NO_ATTRIBUTES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReplyVerb:
    """A Message: blank addresses mean those of the conversation."""

    to: str = ""
    sender: str = ""
    body: str = ""
    media: tuple[str, ...] = ()
    callback: str | None = None
    action: tuple[str, str] | None = None
    """URL and method of the TwiML that goes on after it."""


@dataclass(frozen=True, slots=True)
class RedirectVerb:
    """A Redirect: the same question to another URL."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the document that Twilio warns of and skips."""

    code: int
    text: str


Step = ReplyVerb | RedirectVerb | Flaw


def steps(root: Element, base: str) -> list[Step]:
    """The verbs in order, up to a Redirect or action; relative URLs are seen from `base`."""
    found: list[Step] = []
    for verb in root.children:
        if verb.name == "Redirect":
            method = verb.get("method", "POST").upper()
            found.append(RedirectVerb(urljoin(base, verb.text), method))
            return found
        if verb.name != "Message":
            found.append(Flaw(14110, f"{verb.name} is no verb of a reply: Message and Redirect are"))
            continue
        found += _unknown(verb, _MESSAGE)
        reply = _reply(verb, base)
        found.append(reply)
        if isinstance(reply, ReplyVerb) and reply.action is not None:
            return found
    return found


def _unknown(verb: Element, known: frozenset[str]) -> list[Step]:
    return [
        Flaw(12200, f"{verb.name} has no attribute '{name}'") for name in verb.attributes if name not in known
    ]


def _reply(verb: Element, base: str) -> ReplyVerb | Flaw:
    bodies = [one.text for one in verb.children if one.name == "Body"]
    media = tuple(urljoin(base, one.text) for one in verb.children if one.name == "Media")
    body = "".join(bodies) if bodies else verb.text
    method, action = verb.get("method", "POST").upper(), verb.get("action")
    if not body and not media:
        return Flaw(14103, "a Message without text or media")
    if len(body) > LONGEST_BODY:
        return Flaw(14103, f"a Message of {len(body)} characters")
    if method not in METHODS:
        return Flaw(14104, f"the method is {method}")
    return ReplyVerb(
        to=verb.get("to"),
        sender=verb.get("from"),
        body=body,
        media=media,
        callback=urljoin(base, verb.get("statusCallback")) if verb.get("statusCallback") else None,
        action=(urljoin(base, action), method) if action else None,
    )
