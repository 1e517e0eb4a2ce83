"""A call that makes a number a verified one: Twilio rings, the person types the code it was shown."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Validation:
    """One such call, from the request to the right or wrong code."""

    call_sid: str
    account_sid: str
    number: str
    friendly_name: str
    code: str
    callback: str | None
    callback_method: str
    extension: str = ""
    """What is dialled once it is answered."""
    over: bool = False
