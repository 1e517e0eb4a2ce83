"""The `Prefer` header: how long a caller will wait for an answer (RFC 7240)."""

DEFAULT_WAIT = 10.0
LONGEST_WAIT = 60.0
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "How long to wait for the end of the try, like `wait=30`: 0 to 60 seconds, else 10.",
    "schema": {"type": "string"},
}


def wait_of(headers: list[str], default: float = DEFAULT_WAIT) -> float:
    """The seconds to wait: `wait=SECONDS` within bounds, 0 for `respond-async`, else the default.

    What cannot be read is passed over, as RFC 7240, section 2, asks.
    """
    preferences = [part.strip().lower() for header in headers for part in header.split(",")]
    for preference in preferences:
        name, _, value = preference.partition("=")
        seconds = value.strip().strip('"')
        if name.strip() == "wait" and seconds.isascii() and seconds.isdecimal():
            return min(float(seconds[:4]), LONGEST_WAIT)
    return 0.0 if "respond-async" in preferences else default
