"""What is copied from Twilio's Console; a value in the wrong box is told apart from a wrong one."""

import re
import unicodedata

SID = re.compile(r"([A-Z]{2})[0-9a-fA-F]{32}")
TOKEN = re.compile(r"[0-9a-fA-F]{32}")
# Secrets of API keys were seen with 32 letters and digits; the length is not documented, so it stays open.
KEY_SECRET = re.compile(r"[!-~]{16,128}")
MASKED = re.compile(r"[•*…]|\.\.\.")
SID_DIGITS = 32

BELONGS = {
    "AC": "This is an Account SID, which belongs in account_sid.",
    "SK": "This is the SID of an API key, which belongs in api_key_sid.",
    "VA": "This is the SID of a Verify service, which belongs in default_verify_service.",
    "MG": "This is the SID of a Messaging Service, which belongs in default_sender.",
}
"""Where a SID goes that was put elsewhere, by its prefix (Twilio docs, glossary/what-is-a-sid)."""


def read_account_sid(text: str) -> str:
    """`AC` and 32 hexadecimal digits. Raises `ValueError` with the cause and the remedy."""
    return _sid(text, "AC", "An Account SID", "Copy it from the Console's home page, under Account Info.")


def read_api_key_sid(text: str) -> str:
    """`SK` and 32 hexadecimal digits. Raises `ValueError` with the cause and the remedy."""
    return _sid(text, "SK", "An API key's SID", "Copy it from the Console under Account > API keys & tokens.")


def read_verify_service(text: str) -> str:
    """`VA` and 32 hexadecimal digits, or `create`. Raises `ValueError` with the cause and the remedy."""
    if pasted(text).lower() == "create":
        return "create"
    remedy = "Copy it from the Console under Verify > Services, or write create for a new one."
    return _sid(text, "VA", "A Verify service's SID", remedy)


def read_auth_token(text: str) -> str:
    """32 hexadecimal digits. Raises `ValueError` with cause and remedy, never with the text."""
    token = pasted(text)
    if TOKEN.fullmatch(token):
        return token
    found = _misplaced(token) or _mangled(token, "")
    if not found and len(token) == SID_DIGITS:
        found = "This may be the secret of an API key, which belongs in api_key_secret."
    rule = "An Auth Token is 32 hexadecimal digits. Copy it from the Console's home page, under Account Info."
    raise ValueError(f"{found} {rule}".strip())


def read_key_secret(text: str) -> str:
    """The secret of an API key. Raises `ValueError` with the cause and the remedy, never with the text."""
    secret = pasted(text)
    found = _misplaced(secret) or _mangled(secret, None)
    if KEY_SECRET.fullmatch(secret) and not found:
        return secret
    rule = "The Console shows it once, when the API key is made; if it is lost, make a new key."
    raise ValueError(f"{found or 'This is no secret of an API key.'} {rule}")


def pasted(text: str) -> str:
    """The text without the spaces, line ends and invisible marks that pasting brings; no SID has any."""
    return "".join(letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Cf")


def masked(sid: str | None) -> str | None:
    """A SID as it may be shown: `AC12…cdef`."""
    return f"{sid[:4]}…{sid[-4:]}" if sid else None


def _sid(text: str, prefix: str, what: str, where: str) -> str:
    sid = pasted(text)
    if SID.fullmatch(sid) and sid.startswith(prefix):
        return sid
    found = _misplaced(sid) or _mangled(sid, prefix)
    if TOKEN.fullmatch(sid):
        found = "This looks like an Auth Token, which belongs in auth_token."
    raise ValueError(f"{found} {what} is {prefix} and {SID_DIGITS} hexadecimal digits. {where}".strip())


def _misplaced(text: str) -> str:
    sid = SID.fullmatch(text)
    return BELONGS.get(sid[1], f"This is the SID of something else ({sid[1]}…).") if sid else ""


def _mangled(text: str, prefix: str | None) -> str:
    if not text:
        return "It is empty."
    if MASKED.search(text):
        return "Part of it is masked: let the Console show it, then copy the whole."
    if prefix is None or not text.startswith(prefix) or len(text) == len(prefix) + SID_DIGITS:
        return ""
    count = len(text) - len(prefix)
    return f"{count} characters stand {f'after {prefix}' if prefix else 'here'}, where {SID_DIGITS} belong."
