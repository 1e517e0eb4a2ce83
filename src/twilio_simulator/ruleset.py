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
    sandbox_seconds_each: float = 3.0
    """The WhatsApp sandbox sends one message in so many seconds (docs whatsapp/sandbox); 0 for no limit."""
    whatsapp_extra_media: Literal["refuse", "ignore"] = "refuse"
    """More than one MediaUrl on WhatsApp, which takes one: refused with 21623 or left out; unknown."""
    service_opt_out: Literal["late", "at_once"] = "late"
    """21610 for a message of a service: documented as late too; without a service it always comes at once."""
    toll_free_stop_code: Literal[30004, 21610] = 30004
    """After STOP to a toll-free number: blocked late by the network, or refused at once by Twilio as well."""
    redaction_in_flight: Literal["allow", "refuse"] = "allow"
    """An empty Body for a message that is still on its way; no source says that it has to be final."""
    template_body_in_create: Literal["rendered", "empty"] = "rendered"
    """The body in the answer to a create by ContentSid; one project reports it empty."""
    body_matches_template: bool = False
    """Whether a free-form Body that reads like an approved template counts as one; not since April 2025."""
    content_variables: Literal["strict", "lenient"] = "strict"
    """Whether blank values and line breaks in ContentVariables are refused (21656)."""
    template_sync_seconds: int = 0
    """How long after its approval a template still fails with 63053; Twilio says up to ten minutes."""
    template_failure_status: Literal["undelivered", "failed"] = "failed"
    """63013, 63027, 63028, 63040, 63041, 63042, 63053: both statuses are reported for channel failures."""
    approval_pending_seconds: int = 30
    """From received to pending; Meta gives no figure."""
    approval_decided_seconds: int = 300
    """From pending to the decision; Meta says minutes to 24 hours."""
    approved_content_update: Literal["refuse", "allow"] = "refuse"
    """Changing an approved template: changed content needs a new one, says the API's description."""
    least_schedule_seconds: int = 300
    """How near SendAt may be: the error pages of 2025 and 2026 say this, the feature page 900."""
    send_at_alone: Literal["refuse", "ignore"] = "refuse"
    """SendAt without ScheduleType: refused with 35126, or sent at once; undocumented."""
    trial_units_code: Literal[20005, 10002] = 20005
    """A trial of 2026 whose 100 messages or 30 days are used up; no source names the code."""
    trial_parameter_code: Literal[10002, 20003] = 10002
    """A parameter beyond To, From, Body, ContentSid and StatusCallback in a trial of 2026; likewise."""
    trial_body: Literal["rendered", "name"] = "rendered"
    """The body of a message whose Body named a trial template; no capture was found."""
    verify_ttl_minutes: int = 10
    """Verify's lifetime of a code where the service says nothing else."""
    suspended_code: Literal[20003, 20005] = 20005
    """Any call on a suspended or closed account."""
    foreign_account_code: Literal[20404, 20003] = 20404
    """Good credentials, but another account in the path."""
    text_of_missing_verification: Literal["/v2/Services", "/Services"] = "/v2/Services"
    """The path in Verify's 404 text; older recordings lack the version."""
    ended_verification: Literal["gone", "shown"] = "gone"
    """Fetching a verification that came to its end: 404, or its last status (`expired` among them)."""
    checks_after_the_sixth: Literal[60202, 20404] = 60202
    """What checks after too many get until the verification expires; both are documented."""
    most_rate_limits: int = 10
    """Verify rate limits per service (60207); the number is not published."""
    most_buckets: int = 5
    """Buckets per rate limit (60210); likewise."""
    verify_poll_limits: tuple[tuple[int, int], ...] = ((60, 60), (3600, 180), (86_400, 250))
    """(seconds, most fetches) of one verification (Verify rate limits and timeouts); over it 20429."""
    longest_code_text: int = 1600
    """Characters of a text with a code, beyond which 60247 is given; the number is not published."""
    restricted_words: tuple[str, ...] = ()
    """Words that a Verify service's name may not hold (60248); Twilio does not publish its list."""
    calls_of_twilios_own: Literal["hidden", "listed"] = "hidden"
    """Whether Calls.json shows the calls of Verify and of caller validation, which Twilio makes by itself."""
    landline_code: Literal[21614, 21635] = 21614
    """A landline as To: 21635 stands in the dictionary of 2026 only."""
    not_on_whatsapp_code: Literal[63003, 63024] = 63003
    """A phone without WhatsApp: both codes name it."""
    trial_most_segments: int = 5
    """A text of more segments fails on a classic trial (30044); the number is not published."""
    trial_second_number_code: Literal[10002, 21404] = 10002
    """A trial that buys a second number: its page names that cause; 21404 is the older one."""
    replies_between_two_numbers: int = 30
    """Replies between two numbers, each within 30 seconds of the one before, after which they fail (14107):
    the page of 2026 says 30, older copies 15 or 20."""
    twiml_beside_url: Literal["url", "twiml"] = "url"
    """A call with both Url and Twiml: the OpenAPI file says that the Twiml is then ignored."""
