"""What becomes of the answer to an inbound message's webhook: replies, and the way to further TwiML."""

from dataclasses import replace

from twilio_simulator.addresses import address, is_dialable, is_sender
from twilio_simulator.life.loop_guard import LoopGuard
from twilio_simulator.life.outcomes import Ending
from twilio_simulator.life.progress import Progress
from twilio_simulator.life.trial_texts import is_open, reply_text
from twilio_simulator.rest.messages import media_type
from twilio_simulator.segments import segments
from twilio_simulator.twiml.document import document
from twilio_simulator.twiml.messaging import LONGEST_BODY, Flaw, RedirectVerb, ReplyVerb, Step, steps
from twilio_simulator.webhooks.attempts import Listener, Webhook
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.webhooks.verdicts import media_kind
from twilio_simulator.world.account import Account
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.message import Media, Message
from twilio_simulator.world.state import World

MOST_REPLIES = 10
"""To one inbound message (errors/14109)."""
LOOP = 14107
MOST_DOCUMENTS = 50
"""TwiML documents for one inbound message (errors/14106)."""


class Replies:
    """Acts on answers to webhooks about texts."""

    def __init__(self, world: World, webhooks: WebhookSender, progress: Progress) -> None:
        self._world = world
        self._webhooks = webhooks
        self._progress = progress
        self._guard = LoopGuard()

    def answered(self, webhook: Webhook) -> None:
        """Do what the answer says, if it says anything."""
        account = self._world.accounts.get(webhook.account_sid)
        inbound = None if account is None else account.messages.get(webhook.subject)
        if account is None or inbound is None or not webhook.answer:
            return
        for step in _steps(webhook):
            if isinstance(step, Flaw):
                self._complain(webhook, step)
            elif isinstance(step, RedirectVerb):
                self._go_on(webhook, "inbound", (step.url, step.method), webhook.parameters)
            else:
                self._reply(account, inbound, webhook, step)

    def _reply(self, account: Account, inbound: Message, webhook: Webhook, verb: ReplyVerb) -> None:
        verb = replace(verb, to=verb.to or inbound.sender or "", sender=verb.sender or inbound.to)
        flaw = self._flaw(account, inbound, webhook, verb)
        if flaw is not None:
            self._complain(webhook, flaw)
        if flaw is not None and flaw.code != LOOP:
            return
        message = self._made(account, inbound, verb)
        webhook.messages.append(message.sid)
        webhook.twiml.append(f"Message to {message.to}: {message.sid}")
        account.keep(message)
        self._world.log.note("message.created", account.sid, message.sid, status=message.status)
        if flaw is not None:
            # Messages of a loop fail, and are not charged (errors/14107).
            self._progress.move(account, message, Ending("failed", LOOP))
            return
        self._progress.begin(account, message)
        if verb.action is not None:
            about: Parameters = [("MessageSid", message.sid), ("SmsSid", message.sid)]
            about += [("MessageStatus", message.status), ("SmsStatus", message.status)]
            about += [("From", message.sender or ""), ("To", message.to), ("AccountSid", account.sid)]
            self._go_on(webhook, "action", verb.action, about)

    def _flaw(self, account: Account, inbound: Message, webhook: Webhook, verb: ReplyVerb) -> Flaw | None:
        to, sender = address(verb.to), address(verb.sender)
        if not is_dialable(to.number):
            return Flaw(14101, f"'{verb.to}' is no number")
        own = account.numbers.keys() | account.short_codes.keys()
        owned = sender.number in own or account.owns_whatsapp(sender.number)
        if not is_sender(sender) or not owned or sender.channel != to.channel:
            return Flaw(14102, f"'{verb.sender}' cannot send to '{verb.to}' here")
        if verb.callback is not None and not is_webhook_url(verb.callback):
            return Flaw(14105, f"'{verb.callback}' is no URL")
        barred = self._barred(account, inbound, verb)
        if barred is not None:
            return barred
        if webhook.replied + len(webhook.messages) >= MOST_REPLIES:
            return Flaw(14109, f"more than {MOST_REPLIES} messages in answer to one")
        return self._loop(str(sender), str(to))

    @staticmethod
    def _barred(account: Account, inbound: Message, verb: ReplyVerb) -> Flaw | None:
        to, sender = str(address(verb.to)), str(address(verb.sender))
        number = account.numbers.get(sender)
        if number is not None and "sms" not in number.capabilities:
            return Flaw(14108, f"'{sender}' cannot send texts")
        if account.opt_outs.holds(sender, inbound.service_sid, to):
            return Flaw(21610, f"{to} has opted out of messages from {sender}")
        if not is_open(account, to):
            return Flaw(14111, f"{to} is no verified number of this trial account")
        if reply_text(account, to, verb.body) is None:
            return Flaw(572006, "a trial of 2026 replies with its ten texts only")
        return None

    def _loop(self, sender: str, to: str) -> Flaw | None:
        most = self._world.rules.replies_between_two_numbers
        if self._guard.admits((sender, to), self._world.clock.now(), most):
            return None
        return Flaw(LOOP, f"more than {most} replies between {sender} and {to}, each within 30 seconds")

    def _made(self, account: Account, inbound: Message, verb: ReplyVerb) -> Message:
        now, new = self._world.clock.now(), self._world.sids.new
        media = [Media(new("ME"), url, media_type(url), now) for url in verb.media]
        whole = media or verb.to.startswith("whatsapp:")
        body = reply_text(account, verb.to, verb.body) or ""
        service = account.messaging_services.get(inbound.service_sid or "")
        message = Message(
            sid=new("MM" if media else "SM"),
            account_sid=account.sid,
            to=str(address(verb.to)),
            sender=str(address(verb.sender)),
            body=body,
            status="queued",
            direction="outbound-reply",
            created=now,
            updated=now,
            num_segments=1 if whole else segments(body),
            mode=account.settings.progress,
            service_sid=inbound.service_sid,
            callback=verb.callback or (None if service is None else service.status_callback),
            media=media,
            speed=account.settings.speed,
        )
        message.timeline.append(("queued", now))
        return message

    def _go_on(self, webhook: Webhook, kind: str, where: tuple[str, str], about: Parameters) -> None:
        url, method = where
        if not is_webhook_url(url) or method not in ("GET", "POST"):
            self._complain(webhook, Flaw(11200, f"'{method} {url}' is no way to further TwiML"))
            return
        if webhook.documents >= MOST_DOCUMENTS:
            self._complain(webhook, Flaw(14106, f"more than {MOST_DOCUMENTS} documents"))
            return
        webhook.twiml.append(f"{'Redirect' if kind == 'inbound' else 'action'} to {url}")
        there = Listener(url, method, webhook.fallback, webhook.pair)
        further = self._webhooks.post(kind, (webhook.account_sid, webhook.subject), there, about)
        further.documents = webhook.documents + 1
        further.replied = webhook.replied + len(webhook.messages)
        webhook.follow_up = further.id

    def _complain(self, webhook: Webhook, flaw: Flaw) -> None:
        incident = Incident(
            account_sid=webhook.account_sid,
            resource_sid=webhook.subject,
            url=webhook.final_url,
            method=webhook.method,
            variables=list(webhook.parameters),
            status=webhook.response_status,
            response_headers={"content-type": webhook.response_type or ""},
            response_body=webhook.response_body or "",
            webhook=webhook.id,
        )
        webhook.alerts.append(self._world.alert(flaw.code, flaw.text, incident).sid)


def _steps(webhook: Webhook) -> list[Step]:
    """The answer's verbs; plain text is one reply."""
    if media_kind(webhook.response_type) != "text/plain":
        return steps(document(webhook.answer), webhook.final_url)
    text = webhook.answer
    if len(text) > LONGEST_BODY:
        return [Flaw(14103, f"a text of {len(text)} characters")]
    return [ReplyVerb(body=text)]
