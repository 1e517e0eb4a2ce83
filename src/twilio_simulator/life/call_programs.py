"""A call follows its TwiML: what is said is heard on the handset, a Gather waits for its keypad."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urljoin

from twilio_simulator.twiml.document import Element, TwimlError, document
from twilio_simulator.twiml.voice import (
    HEARD,
    KEYS,
    SILENT_HERE,
    GatherVerb,
    gather,
    lasts,
    redirect,
    utterance,
)
from twilio_simulator.twiml.voice_mistakes import mistakes
from twilio_simulator.webhooks.attempts import Listener, Webhook
from twilio_simulator.webhooks.call_requests import call_parameters
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.webhooks.signature import Parameters
from twilio_simulator.webhooks.target import is_webhook_url
from twilio_simulator.webhooks.verdicts import media_kind
from twilio_simulator.world.alerts import Incident
from twilio_simulator.world.handset import Shown
from twilio_simulator.world.phone_call import Heard, PhoneCall
from twilio_simulator.world.state import World

SORRY = "We are sorry, an application error has occurred. Goodbye."
"""What callers hear when the customer's TwiML fails; the words are those callers report."""
MOST_DOCUMENTS = 100
PATIENCE_MS = 1000
"""How long a verb that is only noted takes."""
REJECTED = {"busy": "busy", "rejected": "no-answer"}

HangUp = Callable[[PhoneCall, str], None]
Take = Callable[[PhoneCall], None]
Turn = Callable[[PhoneCall, int], None]


class CallPrograms:
    """Runs the TwiML of all calls of one world."""

    def __init__(self, world: World, webhooks: WebhookSender, end: HangUp, take: Take) -> None:
        self._world = world
        self._webhooks = webhooks
        self._end = end
        self._take = take

    def start(self, call: PhoneCall) -> None:
        """The plan's document; a URL wins over words given with it, as the OpenAPI file says."""
        plan = call.plan
        if call.maker is not None:
            self._go(call, call.maker.program(), "")
            return
        call.documents += 1
        if plan.url is not None and not (plan.twiml and self._world.rules.twiml_beside_url == "twiml"):
            self.fetch(call, (plan.url, plan.method), [])
        else:
            self.run(call, plan.twiml or "<Response/>", "")

    def fetch(self, call: PhoneCall, where: tuple[str, str], extra: Parameters) -> None:
        """Ask the customer's server how to go on."""
        url, method = where
        call.program += 1
        call.documents += 1
        if not url and call.plan.twiml and call.documents <= MOST_DOCUMENTS:
            # Words given with the call have no URL: "the present document" is they themselves (inferred).
            self.run(call, call.plan.twiml, "")
            return
        if not is_webhook_url(url) or call.documents > MOST_DOCUMENTS:
            code = 14106 if call.documents > MOST_DOCUMENTS else 11100
            self._complain(call, code, f"'{url}' is no further TwiML", call.plan.twiml or "")
            self._apologise(call)
            return
        there = Listener(url, method, call.plan.fallback, (call.to, call.sender))
        fields = call_parameters(call) + extra
        if call.answered_by is not None:
            fields.append(("AnsweredBy", call.answered_by))
        webhook = self._webhooks.post("voice", (call.account_sid, call.sid), there, fields)
        webhook.documents = call.documents

    def answered(self, webhook: Webhook) -> None:
        """The customer's server answered."""
        account = self._world.accounts.get(webhook.account_sid)
        call = None if account is None else account.calls.get(webhook.subject)
        if call is None or call.over or webhook.documents != call.documents:
            # It has ended, or was sent elsewhere while the server took its time.
            return
        kind = media_kind(webhook.response_type)
        if webhook.state != "answered" or (webhook.error and not webhook.answer):
            self._apologise(call)
        elif kind == "text/plain":
            self._go(call, [Element("Say", {}, spoken=[webhook.answer])], webhook.final_url)
        elif kind.startswith("audio/"):
            self._go(call, [Element("Play", {}, pieces=[webhook.final_url])], webhook.final_url)
        else:
            self.run(call, webhook.answer or "<Response/>", webhook.final_url)
            webhook.twiml = [one.name for one in document(webhook.answer or "<Response/>").children]

    def run(self, call: PhoneCall, text: str, base: str) -> None:
        """Follow a document from its start."""
        try:
            root = document(text)
        except TwimlError as error:
            self._complain(call, error.code, str(error), text)
            self._apologise(call)
            return
        self._go(call, list(root.children), base)

    def _go(self, call: PhoneCall, verbs: list[Element], base: str) -> None:
        if call.status in ("ringing", "queued"):
            # An inbound call is taken by its first verb, unless that one rejects it.
            if verbs and verbs[0].name == "Reject":
                self._end(call, REJECTED.get(verbs[0].get("reason", "rejected"), "no-answer"))
                return
            if verbs and verbs[0].name == "Pause":
                # It goes on ringing for so long.
                call.verbs, call.base = verbs[1:], base
                self._later(call, lasts(verbs[0]), self._pick_up)
                return
            self._take(call)
        call.program += 1
        call.verbs, call.base, call.gather, call.digits = list(verbs), base, None, ""
        self._next(call, call.program)

    def _pick_up(self, call: PhoneCall, _: int) -> None:
        self._go(call, call.verbs, call.base)

    def _apologise(self, call: PhoneCall) -> None:
        self._go(call, [Element("Say", {}, spoken=[SORRY])], "")

    def _next(self, call: PhoneCall, program: int) -> None:
        """The next verb, unless the call has ended or gone another way."""
        while call.program == program and not call.over:
            if call.gather is not None and not call.verbs:
                self._await_keys(call)
                return
            if not call.verbs:
                self._end(call, "completed")
                return
            verb = call.verbs.pop(0)
            wait = self._do(call, verb)
            if wait:
                self._later(call, wait, self._next)
                return

    def _do(self, call: PhoneCall, verb: Element) -> int:
        """Carry one verb out; milliseconds until the next."""
        if call.gather is None:
            for code, particulars in mistakes(verb):
                self._complain(call, code, particulars, call.plan.twiml or "")
        if verb.name in HEARD:
            if words := utterance(verb):
                self.hear(call, verb.name, words)
            return lasts(verb)
        if verb.name in ("Hangup", "Reject"):
            self._end(call, "completed")
        elif verb.name == "Redirect":
            self.fetch(call, redirect(verb, call.base), [])
        elif verb.name == "Gather":
            self._ask(call, verb)
        elif verb.name in SILENT_HERE:
            return self._only_noted(call, verb)
        else:
            self._complain(call, 12200, f"{verb.name} is no verb of a call", call.plan.twiml or "")
        return 0

    def _only_noted(self, call: PhoneCall, verb: Element) -> int:
        """A verb that is not simulated; a Dial reaches nobody, which its action is told."""
        self.hear(call, verb.name, f"{verb.speech} (the simulator notes {verb.name} and goes on)".strip())
        self._world.log.note("call.noted", call.account_sid, call.sid, verb=verb.name)
        if verb.name == "Dial" and verb.get("action"):
            there = urljoin(call.base, verb.get("action")), verb.get("method", "POST").upper()
            self.fetch(call, there, [("DialCallStatus", "failed")])
        return PATIENCE_MS

    def _ask(self, call: PhoneCall, verb: Element) -> None:
        """Say what is in the Gather; its keys count from the first word on."""
        call.gather, call.digits = gather(verb, call.base), ""
        # What stands behind the Gather waits in it, and is reached when nobody presses a key.
        call.after_gather = call.verbs
        call.verbs = [one for one in verb.children if one.name in HEARD]
        self._world.log.note("call.gather", call.account_sid, call.sid)

    def _await_keys(self, call: PhoneCall) -> None:
        waiting = call.gather
        if waiting is not None:
            self._later(call, 1000 * waiting.timeout, self._no_more_keys)

    def _later(self, call: PhoneCall, delay: int, act: Turn) -> None:
        call.program += 1
        wait = max(1, round(delay / call.speed))
        now = call.program
        self._world.clock.after(wait, "call.program", call.sid, partial(self._turn, act, call, now))

    def _turn(self, act: Turn, call: PhoneCall, program: int) -> None:
        if call.program == program and not call.over:
            act(call, program)

    def press(self, call: PhoneCall, keys: str) -> bool:
        """Keys on the handset; whether anybody listened."""
        self.hear(call, "keypad", keys)
        for key in keys:
            waiting = call.gather
            if waiting is None or key not in KEYS:
                return False
            if key == waiting.finish:
                self._gathered(call, waiting, key)
                continue
            call.digits += key
            if waiting.digits is not None and len(call.digits) >= waiting.digits:
                self._gathered(call, waiting, "")
        if call.gather is not None:
            # A key ends what is being said, and the wait for the next one begins.
            call.verbs = []
            self._await_keys(call)
        return True

    def _no_more_keys(self, call: PhoneCall, program: int) -> None:
        waiting = call.gather
        if waiting is None:
            return
        if call.digits or waiting.empty_too:
            self._gathered(call, waiting, "")
            return
        call.gather, call.verbs = None, call.after_gather
        self._next(call, program)

    def _gathered(self, call: PhoneCall, waiting: GatherVerb, finish: str) -> None:
        digits, call.digits, call.gather, call.verbs = call.digits, "", None, []
        if call.maker is not None:
            self._go(call, call.maker.pressed(call, digits), "")
            return
        extra = [("msg", "Gather End"), ("Digits", digits), ("FinishedOnKey", finish)]
        self.fetch(call, (waiting.action, waiting.method), extra)

    def hear(self, call: PhoneCall, verb: str, text: str) -> None:
        """Something on the line: it shows on the handset and in the call's record."""
        now = self._world.clock.now()
        call.heard.append(Heard(now, verb, text))
        handset = self._world.handsets.get(call.handset)
        peer = call.to if call.direction == "inbound" else call.sender
        pressed = verb == "keypad"
        handset.screen.append(
            Shown(now, "call", "out" if pressed else "in", peer, text, call.account_sid, call.sid)
        )
        self._world.log.note("call.heard", call.account_sid, call.sid, verb=verb)

    def _complain(self, call: PhoneCall, code: int, particulars: str, text: str) -> None:
        incident = Incident(call.account_sid, call.sid, url=call.base, method=call.plan.method)
        incident.response_body = text[:4096]
        self._world.alert(code, particulars, incident)
