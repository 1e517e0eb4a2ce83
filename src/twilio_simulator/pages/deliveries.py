"""One webhook on a timeline: where it went, what was signed, what came back."""

from twilio_simulator.pages.answers import answer
from twilio_simulator.pages.markup import Html, h, icon
from twilio_simulator.pages.view import View
from twilio_simulator.pages.wording import moment, plural
from twilio_simulator.webhooks.attempts import Webhook

GOOD = range(200, 300)
UNDER_WAY = frozenset({"planned", "sending"})


def delivery(view: View, webhook: Webhook) -> Html:
    """A webhook, opened for its details."""
    tone = "" if webhook.state in UNDER_WAY else ".good" if succeeded(webhook) else ".bad"
    name = f"Webhook: {webhook.status or webhook.kind}"
    again = {"type": "button", "data-do": f"POST /webhooks/{webhook.id}/resend"}
    return h(
        f"li.step.webhook{tone}",
        {"id": f"step-{webhook.id}", "tabindex": "-1"},
        h("h3", None, name, h("span.at", None, moment(webhook.sent or webhook.planned, seconds=True))),
        h("p", None, h("code", None, f"{webhook.method} {webhook.url}")),
        h("p.outcome", None, outcome(webhook)),
        answer(view, webhook),
        h(
            "details",
            {"id": f"details-{webhook.id}"},
            h("summary", None, "Signature and parameters"),
            *_details(webhook),
        ),
        h("button", again, icon("again"), "Resend"),
    )


def succeeded(webhook: Webhook) -> bool:
    """Whether the customer's server took it well."""
    return webhook.state == "answered" and webhook.response_status in GOOD


def outcome(webhook: Webhook) -> str:
    """What became of it, in words."""
    words = webhook.state if webhook.response_status is None else f"answered {webhook.response_status}"
    if webhook.latency_ms is not None:
        words += f" in {webhook.latency_ms} ms"
    if webhook.tries > 1:
        words += f", {plural(webhook.tries, 'try').replace('trys', 'tries')}"
    if webhook.fault:
        words += f", fault: {webhook.fault}"
    return f"{words}. {webhook.error}" if webhook.error else words


def signed_text(webhook: Webhook) -> str:
    """What the signature is over: the URL, then names and values, sorted (Twilio docs, usage/security)."""
    if webhook.signed_text is not None:
        return webhook.signed_text
    pairs = sorted(set(webhook.parameters))
    return (webhook.signed_url or webhook.url) + "".join(f"{name}{value}" for name, value in pairs)


def _details(webhook: Webhook) -> list[Html]:
    rows = [
        h("tr", None, h("th", {"scope": "row"}, name), h("td", None, value))
        for name, value in webhook.parameters
    ]
    return [
        h("h4", None, "X-Twilio-Signature"),
        h("pre", {"tabindex": "0"}, webhook.signature or "not signed yet"),
        h("h4", None, "Signed string"),
        h("pre", {"tabindex": "0"}, signed_text(webhook)),
        h("h4", None, "Parameters"),
        h("table.form", None, rows),
    ]
