"""What each control route takes, in words: `type description`; a type in capitals is required."""

from twilio_simulator.control.faults import CODE_KINDS, MATCHED, REQUEST_KINDS, WEBHOOK_KINDS

_ACCOUNT = {
    "type": "string Full or Trial",
    "ruleset": "string The trial scheme: 2026 or classic",
    "balance": 'string Dollars, like "12.50"',
    "inbound_url": "string Where texts to any of its senders go; blank ends that",
    "progress": "string How its messages move: timed, immediate or manual",
    "fetches_per_step": "integer In manual progress, every so many fetches take a message one step on",
    "speed": "number How much faster its messages move than real ones",
    "strict": "boolean Refuse parameters that Twilio does not have",
    "concurrency_limit": "integer Requests at once, above which 20429 is answered",
    "geo_permissions": "object {blocked: [ISO codes of countries]}, for 21408",
    "email_integration": "boolean Whether Verify may send mail",
    "full_queues": "array Senders (21611) and services (30001) whose queue counts as full",
    "most_scheduled": "integer Scheduled messages at most (35125)",
    "segments_per_second": "number How fast its senders send; blank is at once",
    "daily_messages": "integer Messages in 24 hours; further ones fail with 63038 or 30023. 0 for no limit",
    "us_registered": "boolean Whether texts to the US come from registered senders (else 30034, 30032)",
}
_APPROVAL = {
    "status": "string The state to put it in",
    "verdict": "string What the review will come to: approved or rejected",
    "reason": "string Why it was rejected",
}
BODIES: dict[str, dict[str, str]] = {
    "PATCH /accounts/{sid}": {
        **_ACCOUNT,
        "status": "string active, suspended or closed",
        "tokens": "string rotate, create_secondary, promote or delete_secondary",
    },
    "POST /accounts": {
        **_ACCOUNT,
        "sid": "string A SID to use instead of a fresh one",
        "auth_token": "string A token to use; one that looks real is refused",
        "friendly_name": "string Its name",
        "numbers": "array Numbers, or {phone_number, capabilities, sms_url, ...}",
        "short_codes": "array Short codes it owns",
        "whatsapp_senders": "array Numbers of its WhatsApp senders",
        "verify_services": "array Names, or {friendly_name, code_length, ttl_seconds, ...}",
        "messaging_services": "array Names, or {friendly_name, senders, status_callback, ...}",
        "templates": "array Bodies, or {friendly_name, types, variables, status, ...}",
        "verified_callers": "array Numbers that a trial account may text",
        "api_keys": "integer How many API keys to make",
        "sandbox": "object {join_word, sms_url, participants}",
    },
    "DELETE /accounts/{sid}/opt-outs": {
        "handset": "string Whose stop is taken back; with no body at all, every stop of the account",
        "scope": "string Of which sender or Messaging Service",
    },
    "POST /accounts/{sid}/opt-outs": {
        "handset": "STRING Who opted out",
        "scope": "STRING From what: a sender of the account, or a Messaging Service's SID",
        "keyword": "string The word that was sent; STOP when left out",
    },
    "POST /accounts/{sid}/sandbox": {
        "join": "array Handsets that join",
        "leave": "array Handsets that leave",
        "open_window": "boolean Whether joining opens the 24-hour window, as the join word does",
        "sms_url": "string Where texts to the sandbox go",
    },
    "POST /accounts/{sid}/verified-callers": {
        "number": "string One number",
        "numbers": "array Several numbers",
    },
    "POST /calls/{sid}/digits": {"digits": "STRING What is typed on the keypad"},
    "POST /calls/{sid}/status": {"status": "STRING The next status, such as ringing, in-progress or busy"},
    "POST /clock/advance": {
        "seconds": "number How far",
        "to": "string Or until when: an ISO 8601 instant",
        "wait": "boolean Whether to answer only when every webhook on the way was; true when left out",
    },
    "POST /clock/run": {"speed": "number World seconds in a second"},
    "POST /clock/run-until-idle": {"seconds": "number How far to go at most; 30 days when left out"},
    "POST /content/{sid}/approval": _APPROVAL,
    "POST /faults": {
        "match": f"object All of these must hold: {', '.join(MATCHED)}",
        "do": (
            "ARRAY Actions, one for each matching call: names or {kind, ...}. Requests: "
            f"{', '.join(REQUEST_KINDS)}. Webhooks: {', '.join(WEBHOOK_KINDS)}. "
            f"Codes: {', '.join(CODE_KINDS)}"
        ),
        "id": "string A name for it",
        "probability": "number From 0 to 1: dice instead of a script, never used up",
        "seed": "integer Repeats a run of the dice",
    },
    "PATCH /messaging-services/{sid}": {
        "advanced_opt_out": "boolean Whether Advanced Opt-Out is on",
        "keywords": "object {stop: {words, reply}, start, help, countries: {MX: {...}}}",
    },
    "PATCH /messages/{sid}": {"progress": "string timed, immediate or manual"},
    "POST /messages/{sid}/status": {
        "status": "STRING Where the message moves",
        "error_code": "integer The late code that comes with it",
        "force": "boolean Allow an impossible step",
    },
    "PATCH /phones/{number}": {
        "kind": "string mobile, landline or voip",
        "state": "string reachable, off, blocking, spam_filtered, unknown or unreachable_carrier",
        "whatsapp": "boolean Whether WhatsApp is installed",
        "read_receipts": "boolean Whether read receipts are on",
        "outcome_code": "integer A late code that every text to it ends with; 0 for none",
        "profile_name": "string Its owner's name on WhatsApp",
        "calls": "string What it does when it rings",
        "answered_by": "string Who answers: human, machine_start, machine_end_beep (_silence, _other), fax",
    },
    "POST /media": {
        "content_type": "STRING What kind of file it is, like image/png",
        "base64": "STRING Its bytes, 5 MB at most",
    },
    "POST /outage": {"seconds": "NUMBER How long nobody listens, in real seconds"},
    "POST /phones": {
        "number": "string Its number; a free fictional one when left out",
        "profile_name": "string",
    },
    "POST /phones/{number}/calls": {"to": "STRING Whom it calls"},
    "POST /phones/{number}/messages": {
        "to": "STRING Whom it writes to: +1… or whatsapp:+1…",
        "body": "string What it writes",
        "media": "array URLs of what is attached",
        "profile_name": "string Its owner's name on WhatsApp",
        "button": "object {text, payload}: a quick reply that was pressed",
        "list_reply": "object {id, title, ...}: a row that was picked",
        "location": "object {latitude, longitude, address, label}",
        "replied_to": "string SID of the message it answers",
        "forwarded": "boolean Whether it was forwarded",
        "wait": "boolean Whether to answer only when the webhook was; true when left out",
    },
    "POST /phones/{number}/validation": {
        "code": "STRING What is typed when the validation call comes",
        "account": "string Whose validation",
    },
    "POST /reset": {"account": "string Only this account's doings; everything when left out"},
    "POST /scenarios/{name}": {"account": "string Which account plays; the seed account when left out"},
    "POST /snippets": {
        "message": "STRING SID of the message",
        "steps": "array What was clicked: {path, ...}",
    },
    "PATCH /verify-services/{sid}": {
        "ttl_seconds": "number How long codes live",
        "disabled_channels": "array Channels that are off (60223)",
        "fraud_guard": "boolean Whether fraud guard is on",
        "fraud_blocks": "array Prefixes that it blocks (60410)",
        "blocked_countries": "array ISO codes of countries that are not allowed (60605)",
        "resend_seconds": "number How soon a code may be sent again (60212)",
        "sna": "boolean Whether silent network authentication is on",
        "china_vetted": "boolean Whether texts to China are vetted",
    },
    "POST /webhooks/verify": {
        "url": "string The URL as it was configured",
        "parameters": "object The form fields",
        "signature": "string The X-Twilio-Signature to explain",
        "body": "string A body that is no form",
        "account": "string Whose token signs; the seed account's when left out",
        "webhook": "string Or take all from this attempt",
    },
}
_PAGE = {"after": "integer Only what came later than this cursor", "limit": "integer How many at most"}
_EVENT = {"kind": "string", "account": "string", "subject": "string A SID", "status": "string"}
QUERIES: dict[str, dict[str, str]] = {
    "GET /alerts": {
        "account": "string",
        "code": "string",
        "resource": "string",
        "webhook": "string",
        "limit": "integer",
    },
    "DELETE /alerts": {"account": "string Only this account's"},
    "GET /calls": {"account": "string", "phone": "string", "status": "string", "limit": "integer"},
    "GET /codes": {"to": "STRING Whose code", "account": "string"},
    "GET /events": {**_EVENT, **_PAGE},
    "GET /events/stream": {"after": "integer Begin after this cursor; from now on when left out"},
    "GET /phones/{number}/messages": {
        "order": "string newest (default) or oldest",
        "limit": "integer",
        "account": "string Only what this account sent",
    },
    "GET /requests": {**_EVENT, "run": "string The client's X-Sim-Run header", **_PAGE},
    "GET /wait": {
        **_EVENT,
        "to": "string Of the event's message",
        "from": "string Of the event's message",
        "body": "string Of the event's message",
        "match": "string All fields as one JSON object",
        "timeout": "integer Seconds, 60 at most",
        "after": "integer Only what came later than this cursor",
    },
    "GET /webhooks": {"account": "string", "kind": "string", "subject": "string", "limit": "integer"},
}
