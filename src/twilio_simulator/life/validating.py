"""The call that verifies a caller: it rings, the person types the code, the customer is told."""

from dataclasses import dataclass

from twilio_simulator.clock import SECOND
from twilio_simulator.webhooks.attempts import Listener
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.handset import Shown
from twilio_simulator.world.making import verify_caller
from twilio_simulator.world.numbers import CallerId
from twilio_simulator.world.state import World
from twilio_simulator.world.validation import Validation

RINGS_FOR = 60 * SECOND
ASKS = "Twilio calls: type the code that you were shown."
CALLER = "Caller validation"


@dataclass(slots=True)
class Validating:
    """One validation in its world."""

    world: World
    webhooks: WebhookSender
    account: Account
    validation: Validation

    def ring(self) -> None:
        """The phone rings, if it is on; nobody typing for a minute is a failure."""
        one, handset = self.validation, self.world.handsets.get(self.validation.number)
        if one.over:
            return
        if handset.state != "reachable":
            self.end(None)
            return
        one.ringing = True
        now = self.world.clock.now()
        handset.screen.append(Shown(now, "call", "in", CALLER, ASKS, self.account.sid, None))
        self.world.clock.after(RINGS_FOR, "validation.given_up", one.number, self.give_up)

    def give_up(self) -> None:
        """Nobody typed a code."""
        if not self.validation.over:
            self.end(None)

    def type_code(self, digits: str) -> bool:
        """What the person types; whether it was right. A wrong code ends the call."""
        right = digits == self.validation.code
        one = self.validation
        self.end(verify_caller(self.world, self.account, one.number) if right else None)
        return right

    def end(self, caller: CallerId | None) -> None:
        """The call is over; the status callback says how."""
        one = self.validation
        one.over = True
        self.account.validations.pop(one.number, None)
        if caller is not None:
            caller.friendly_name = one.friendly_name
        status = "failed" if caller is None else "success"
        self.world.log.note("validation.ended", self.account.sid, one.number, status=status)
        if one.callback is not None:
            self._tell(one.callback, status, caller)

    def _tell(self, url: str, status: str, caller: CallerId | None) -> None:
        one = self.validation
        parameters = [
            ("AccountSid", self.account.sid),
            ("CallSid", one.call_sid),
            ("Called", one.number),
            ("To", one.number),
            ("VerificationStatus", status),
            *([] if caller is None else [("OutgoingCallerIdSid", caller.sid)]),
        ]
        listener = Listener(url, one.callback_method)
        self.webhooks.post("call", (self.account.sid, one.call_sid), listener, parameters)
