"""Rules on which Twilio's own sources disagree or are silent: each one a named setting with its default."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One choice per open question."""

    missing_content_code: Literal[21602, 21619] = 21602
    """No Body, MediaUrl or ContentSid: the older of two documented codes, the one seen recorded."""
    long_body_code: Literal[21617, 21658] = 21617
    """A body over 1,600 characters; 21658 stands in a newer page."""
    foreign_sender_code: Literal[21659, 21606] = 21659
    """A From that nobody here owns: what live accounts are reported to get today."""
    other_account_sender_code: Literal[21660, 21659] = 21660
    """A From that another account owns."""
    incapable_sender_code: Literal[21606, 21661] = 21606
    """A number of the account that cannot send texts."""
    window_closed_status: Literal["undelivered", "failed"] = "undelivered"
    """63016: both are reported, no capture was found."""
    sandbox_not_joined_status: Literal["undelivered", "failed"] = "failed"
    """63015: the sandbox page lists `failed` among its callbacks."""
    not_on_whatsapp_status: Literal["undelivered", "failed"] = "undelivered"
    """63003: both are reported."""
    callback_for_sending: bool = False
    """No default callback for `sending` is documented."""
    page_size_above_limit: Literal["clamp", "refuse"] = "clamp"
    """PageSize over 1,000: the live API was long known to clamp; the dictionary has 20007."""
    verify_ttl_minutes: int = 10
    """Verify's lifetime of a code where the service says nothing else."""
    suspended_code: Literal[20003, 20005] = 20005
    """Any call on a suspended or closed account."""
    foreign_account_code: Literal[20404, 20003] = 20404
    """Good credentials, but another account in the path."""
    text_of_missing_verification: Literal["/v2/Services", "/Services"] = "/v2/Services"
    """The path in Verify's 404 text; older recordings lack the version."""
