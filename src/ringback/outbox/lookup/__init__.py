"""Where at Twilio the proof of a job is found, a module for each of Twilio's resources."""

from ringback.action import Proof
from ringback.outbox.lookup.calls import CALLS
from ringback.outbox.lookup.codes import APPROVALS, CODES
from ringback.outbox.lookup.found import Lookup
from ringback.outbox.lookup.messages import MESSAGES

LOOKUPS: dict[Proof, Lookup] = {
    Proof.MESSAGE: MESSAGES,
    Proof.CALL: CALLS,
    Proof.CODE: CODES,
    Proof.APPROVAL: APPROVALS,
}
