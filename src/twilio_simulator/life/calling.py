"""The life of a call on the clock: queued, dialled, ringing, answered, over."""

from collections.abc import Callable
from functools import partial

from twilio_simulator.clock import SECOND
from twilio_simulator.life.call_programs import CallPrograms
from twilio_simulator.life.inbound_calls import inbound_call
from twilio_simulator.life.listeners import of_number
from twilio_simulator.life.trial_texts import scheme_of
from twilio_simulator.twiml.voice import WORD_MS
from twilio_simulator.webhooks.attempts import Listener
from twilio_simulator.webhooks.call_requests import machine_parameters, progress_parameters
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.numbers import Number
from twilio_simulator.world.phone_call import CallStatus, PhoneCall
from twilio_simulator.world.state import World

# Milliseconds, of the order that real calls show.
DIAL, RING, PICK_UP, REFUSE, DETECT = 200, 600, 3000, 1500, 2000
PACE = SECOND
"""One call a second per account (Twilio docs, voice/api/call-resource); the others queue."""
MINUTE_PRICE = 14_000
"""Millionths of a dollar for a minute, of the order of Twilio's US list price."""
UNREACHABLE = frozenset({"unknown", "unreachable_carrier"})


class Calling:
    """All calls of one world."""

    def __init__(self, world: World, webhooks: WebhookSender) -> None:
        self._world = world
        self._webhooks = webhooks
        self.programs = CallPrograms(world, webhooks, self.end, self.take)
        webhooks.then["voice"] = self.programs.answered

    def begin(self, account: Account, call: PhoneCall) -> None:
        """A call was created: it is dialled when its turn comes."""
        now = self._world.clock.now()
        turn = max(now, account.next_call)
        account.next_call = turn + PACE
        call.queue_ms = turn - now
        account.keep_call(call)
        self._set_out(call)

    def begin_own(self, account: Account, call: PhoneCall) -> None:
        """Twilio itself calls: that takes no turn of the account's, and its REST API does not show it."""
        listed = self._world.rules.calls_of_twilios_own == "listed"
        (account.keep_call if listed else account.keep_own_call)(call)
        self._set_out(call)

    def _set_out(self, call: PhoneCall) -> None:
        self._note(call, "queued")
        if not call.manual:
            self._soon(call, call.queue_ms + DIAL, self._dial)

    def arrive(self, account: Account, call: PhoneCall, where: Listener | None) -> None:
        """A handset calls one of our numbers: its voice URL decides."""
        account.keep_call(call)
        call.status = "ringing"
        self._note(call, "ringing")
        if where is None or account.status != "active":
            self.end(call, "failed")
        else:
            call.plan.fallback = where.fallback
            self.programs.fetch(call, (where.url, where.method), [])

    def _after(self, call: PhoneCall, delay: int, act: Callable[[PhoneCall], None]) -> None:
        wait = max(1, round(delay / call.speed))
        self._world.clock.after(wait, "call.progress", call.sid, partial(self._move, act, call))

    def _soon(self, call: PhoneCall, delay: int, act: Callable[[PhoneCall], None]) -> None:
        """A step before the call is taken: an account whose messages move at once waits for none."""
        at_once = self._account(call).settings.progress == "immediate"
        self._after(call, 0 if at_once else delay, act)

    def _move(self, act: Callable[[PhoneCall], None], call: PhoneCall) -> None:
        if not call.over:
            act(call)

    def _account(self, call: PhoneCall) -> Account:
        return self._world.accounts[call.account_sid]

    def _dial(self, call: PhoneCall) -> None:
        if call.status != "queued" or call.manual:
            return
        self._tell(call, "initiated", "initiated")
        handset = self._world.handsets.get(call.to)
        if self._account(call).status != "active" or handset.state in UNREACHABLE:
            self.end(call, "failed")
        elif call.to in self._world.numbers and self._listener(call) is None:
            # A Twilio number without a voice URL fails at once (field reports).
            self.end(call, "failed")
        elif handset.calls == "busy":
            self._soon(call, REFUSE, partial(self._unless_over, "busy"))
        else:
            self._soon(call, RING, self._ring)

    def _ring(self, call: PhoneCall) -> None:
        if call.status != "queued":
            return
        call.status = "ringing"
        self._note(call, "ringing")
        self._tell(call, "ringing", "ringing")
        if call.manual:
            return
        self._after(call, 1000 * call.plan.timeout, partial(self._unless_over, "no-answer"))
        if call.to in self._world.numbers:
            self._reach(call, self._world.numbers[call.to])
            return
        handset = self._world.handsets.get(call.to)
        if handset.state == "off" or handset.calls in ("ring", "no-answer"):
            return
        if handset.calls == "decline" or handset.state == "blocking":
            self._soon(call, REFUSE, partial(self._unless_over, "busy"))
        else:
            self._soon(call, PICK_UP, self._pick_up)

    def _listener(self, call: PhoneCall) -> Listener | None:
        """Who takes calls to the number of this world that is called."""
        number = self._world.numbers[call.to]
        owner = self._world.accounts[number.account_sid]
        return of_number(owner, number, "voice", (call.to, call.sender))

    def _reach(self, call: PhoneCall, number: Number) -> None:
        """The call comes in where the number belongs: two calls, each with its TwiML."""
        owner = self._world.accounts[number.account_sid]
        leg = inbound_call(self._world, owner, number, call.sender)
        call.other, leg.other = leg, call
        self.arrive(owner, leg, self._listener(call))

    def _unless_over(self, status: CallStatus, call: PhoneCall) -> None:
        if call.answered is None and not call.manual:
            self.end(call, status)

    def _pick_up(self, call: PhoneCall) -> None:
        if not call.manual:
            self.answer(call)

    def drive(self, call: PhoneCall, status: CallStatus) -> None:
        """One step by hand; from now on the clock neither answers nor gives up."""
        call.manual = True
        if call.status == "queued" and status != "canceled":
            self._tell(call, "initiated", "initiated")
        if status == "ringing":
            self._ring(call)
        elif status == "in-progress":
            self.answer(call)
        else:
            self.end(call, status)

    def answer(self, call: PhoneCall) -> None:
        """The handset takes the call, and its TwiML begins."""
        if call.status != "ringing":
            return
        self.take(call)
        plan, handset = call.plan, self._world.handsets.get(call.to)
        notice = self._notice(call)
        if plan.send_digits:
            self.programs.hear(call, "SendDigits", plan.send_digits)
        if plan.machine_detection and not plan.send_digits:
            if plan.machine_callback is None:
                call.answered_by = detected(handset, plan.machine_detection)
                self._after(call, DETECT + notice, self.programs.start)
                return
            self._after(call, DETECT, self._detect)
        if notice:
            self._after(call, notice, self.programs.start)
        else:
            self.programs.start(call)

    def _notice(self, call: PhoneCall) -> int:
        """What a trial's calls begin with; how long it takes."""
        scheme = scheme_of(self._account(call))
        if scheme is None or not scheme.call_notice or call.maker is not None:
            return 0
        self.programs.hear(call, "Say", scheme.call_notice)
        return WORD_MS * len(scheme.call_notice.split())

    def take(self, call: PhoneCall) -> None:
        """It is in progress from now on."""
        call.status, call.answered = "in-progress", self._world.clock.now()
        self._note(call, "in-progress")
        self._tell(call, "answered", "in-progress")
        self._after(call, 1000 * call.plan.time_limit, self._cut)
        if call.direction == "inbound" and call.other is not None:
            self.answer(call.other)

    def _detect(self, call: PhoneCall) -> None:
        if call.plan.machine_callback is None:
            return
        handset = self._world.handsets.get(call.to)
        call.answered_by = detected(handset, call.plan.machine_detection)
        url, method = call.plan.machine_callback
        about = machine_parameters(call, DETECT)
        self._webhooks.post("call", (call.account_sid, call.sid), Listener(url, method), about)

    def _cut(self, call: PhoneCall) -> None:
        self.end(call, "completed")

    def end(self, call: PhoneCall, status: str) -> None:
        """It is over."""
        now = self._world.clock.now()
        call.status = status  # type: ignore[assignment] # one of ENDED, by every caller
        call.ended = now
        call.program += 1
        call.gather, call.verbs = None, []
        self._note(call, status)
        if call.maker is not None:
            call.maker.ended()
            return
        self._charge(call, now)
        self._tell(call, "completed", status)
        if call.other is not None and not call.other.over:
            self.end(call.other, _seen_by(call.other, status))

    def _charge(self, call: PhoneCall, now: int) -> None:
        if call.answered is not None:
            micros = MINUTE_PRICE * max(1, -(-call.seconds(now) // 60))
            call.price = f"-{micros / 1_000_000:.5f}"
            account = self._account(call)
            self._world.payer(account).balance_micros -= micros
            if account.type == "Trial":
                account.units["voice"] = account.units.get("voice", 0) + micros // MINUTE_PRICE

    def _note(self, call: PhoneCall, status: str) -> None:
        now = self._world.clock.now()
        call.updated = now
        call.timeline.append((status, now))
        self._world.log.note("call.status", call.account_sid, call.sid, status=status, to=call.to)

    def _tell(self, call: PhoneCall, event: str, status: str) -> None:
        """The status callback, when it was asked for."""
        plan = call.plan
        if plan.callback is not None and event in plan.events:
            about = progress_parameters(call, status, self._world.clock.now())
            there = Listener(plan.callback, plan.callback_method)
            self._webhooks.post("call", (call.account_sid, call.sid), there, about)


def _seen_by(other: PhoneCall, status: str) -> str:
    """How a call ends whose other side ended with `status`."""
    if other.answered is not None:
        return "completed"
    return "canceled" if other.direction == "inbound" else status


def detected(handset: Handset, wish: str) -> str:
    """What answering machine detection says of who took the call."""
    found = handset.answered_by
    if not found.startswith("machine"):
        return found
    if wish != "DetectMessageEnd":
        return "machine_start"
    return "machine_end_beep" if found == "machine_start" else found
