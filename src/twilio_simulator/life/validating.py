"""The call that verifies a caller: it rings, the person types the code, the customer is told."""

from dataclasses import dataclass

from twilio_simulator.life.calling import Calling
from twilio_simulator.life.code_calls import ask, ring, say
from twilio_simulator.twiml.document import Element
from twilio_simulator.webhooks.attempts import Listener
from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.making import verify_caller
from twilio_simulator.world.numbers import CallerId
from twilio_simulator.world.phone_call import CallPlan, PhoneCall
from twilio_simulator.world.state import World
from twilio_simulator.world.validation import Validation

CALLER = "Caller validation"
ASKS = "Please type the code that you were shown."
KEY_TIMEOUT = "30"
RIGHT, WRONG, SILENT = "Thank you. Your number is verified.", "That is not the code.", "No code was typed."


@dataclass(slots=True)
class Validating:
    """One validation in its world."""

    world: World
    webhooks: WebhookSender
    calling: Calling
    account: Account
    validation: Validation
    purpose: str = "validation"

    @property
    def call_sid(self) -> str:
        """Told in the answer to the request, before it rings."""
        return self.validation.call_sid

    def call(self) -> None:
        """The delay is over: the phone is called."""
        one = self.validation
        plan = CallPlan(send_digits=one.extension)
        ring(self.world, self.calling, self.account, (one.number, CALLER), self, plan)

    def program(self) -> list[Element]:
        """What is said when the phone is answered."""
        return [ask(ASKS, len(self.validation.code), KEY_TIMEOUT), say(SILENT)]

    def pressed(self, _call: PhoneCall, keys: str) -> list[Element]:
        """What the person typed: a wrong code ends the call."""
        right = keys == self.validation.code
        self._close(verify_caller(self.world, self.account, self.validation.number) if right else None)
        return [say(RIGHT if right else WRONG)]

    def ended(self) -> None:
        """The call is over; without the code that is a failure."""
        if not self.validation.over:
            self._close(None)

    def _close(self, caller: CallerId | None) -> None:
        """It is decided; the status callback says how."""
        one = self.validation
        one.over = True
        if self.account.validations.get(one.number) is one:
            del self.account.validations[one.number]
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
