"""What a webhook was answered: TwiML as steps, and the bytes themselves when asked for."""

from twilio_simulator.pages.markup import Html, h
from twilio_simulator.pages.view import View, of_message
from twilio_simulator.twiml.document import Element, TwimlError, document
from twilio_simulator.webhooks.attempts import KEPT_ANSWER, Webhook
from twilio_simulator.webhooks.verdicts import WITH_TWIML, XML_TYPES, media_kind

CUT = "Too long to be kept whole: its beginning is under the raw answer."


def answer(view: View, webhook: Webhook) -> Html | None:
    """The answer of the customer's server; None when it was empty."""
    body = webhook.response_body
    if not body:
        return None
    raw = h(
        "details",
        {"id": f"raw-{webhook.id}"},
        h("summary", None, "Raw answer"),
        h("pre", {"tabindex": "0"}, body),
    )
    return h("div.answer", None, _parsed(view, webhook, body), raw)


def _parsed(view: View, webhook: Webhook, body: str) -> list[Html | None]:
    kind = media_kind(webhook.response_type)
    if webhook.kind not in WITH_TWIML:
        return []
    if kind == "text/plain":
        verb = "Message" if webhook.kind != "voice" else "Say"
        return [
            _title("Plain text"),
            h("ol.twiml", None, h("li", None, h("b", None, verb), " ", _said(body))),
        ]
    if kind not in XML_TYPES:
        return []
    if len(body) >= KEPT_ANSWER:
        return [_title("TwiML"), h("p.quiet", None, CUT)]
    try:
        root = document(body)
    except TwimlError as error:
        return [_title("TwiML"), h("p.bad", None, f"Not understood: {error}")]
    steps = h("ol.twiml", None, [_verb(one) for one in root.children])
    nothing = h("p.quiet", None, "An empty Response: nothing to do.")
    return [_title("TwiML"), steps if root.children else nothing, _outcome(view, webhook)]


def _title(words: str) -> Html:
    return h("h4", None, words)


def _verb(one: Element) -> Html:
    """A verb with its attributes and words, and what is nested in it."""
    given = [h("code.attribute", None, f"{name}={value}") for name, value in one.attributes.items()]
    inner = h("ol", None, [_verb(child) for child in one.children]) if one.children else None
    return h(
        "li", None, h("b", None, one.name), " ", given, " ", _said(one.text) if one.text else None, inner
    )


def _said(words: str) -> Html:
    return h("q", {"dir": "auto"}, words)


def _outcome(view: View, webhook: Webhook) -> Html | None:
    """What Twilio made of it: the replies that went out, and where the conversation goes on."""
    replies = [message for sid in webhook.messages if (message := view.world.message(sid)) is not None]
    made = [
        h("a", {"href": of_message(view, message)}, f"reply {number}")
        for number, message in enumerate(replies, 1)
    ]
    if webhook.follow_up:
        made.append(h("a", {"href": f"#step-{webhook.follow_up}"}, "the next request"))
    links = [part for one in made for part in (", ", one)][1:]
    return h("p.quiet", None, "It led to ", links, ".") if made else None
