"""Field types for Twilio's SIDs: two capital letters and 32 hexadecimal digits."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

KINDS = {
    "AC": "an account",
    "CA": "a call",
    "HJ": "a Verify template",
    "HX": "a content template",
    "MG": "a Messaging Service",
    "MM": "a message",
    "PN": "a phone number",
    "SK": "an API key",
    "SM": "a message",
    "VA": "a Verify service",
    "VE": "a verification",
}
"""What the first two letters stand for (Twilio docs, glossary/what-is-a-sid)."""

SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


def _read_by(*prefixes: str) -> BeforeValidator:
    form = f"{' or '.join(prefixes)} and 32 hexadecimal digits"

    def validate(value: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not SID.fullmatch(text):
            raise _refusal(f"Write the SID as Twilio shows it: {form}.")
        if not text.startswith(prefixes):
            kind = KINDS.get(text[:2], "something else")
            raise _refusal(f"{text[:2]}… is the SID of {kind}. Here it is {KINDS[prefixes[0]]}: {form}.")
        return text

    return BeforeValidator(validate)


def _refusal(text: str) -> PydanticCustomError:
    return PydanticCustomError("sid", "{text}", {"text": text})


def _text(name: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": name})


MessageSid = Annotated[str, _read_by("SM", "MM"), _text("message-sid")]
VerifyServiceSid = Annotated[str, _read_by("VA"), _text("verify-service-sid")]
VerificationSid = Annotated[str, _read_by("VE"), _text("verification-sid")]
VerifyTemplateSid = Annotated[str, _read_by("HJ"), _text("verify-template-sid")]
