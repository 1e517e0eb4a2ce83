"""What the Verify actions share: their inputs in common, and which recipient goes with which channel."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from ringback.numbers import VerifyRecipient
from ringback.sids import VerificationSid, VerifyServiceSid, VerifyTemplateSid

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?")


def fits(channel: str, to: str | None) -> None:
    """A code goes by mail to a mail address and any other way to a number.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    if to is not None and channel == "email" and "@" not in to:
        raise _refusal("A code by email needs a mail address. Give one as to, or choose another channel.")
    if to is not None and channel != "email" and "@" in to:
        raise _refusal(f"A code by {channel} needs a number, but to is a mail address. Choose email.")


def names_one(to: str | None, verification_sid: str | None) -> None:
    """A verification is named by its recipient or by its SID; two names could mean two verifications.

    Raises:
        PydanticCustomError: a ValueError with the cause and the remedy.
    """
    if to is None and verification_sid is None:
        raise _refusal("Name the verification: give to or verification_sid.")
    if to is not None and verification_sid is not None:
        raise _refusal("Both to and verification_sid were given, and they could differ. Give one of them.")


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise _refusal("Write a language like en, de or pt-BR.")
    return text


def _refusal(text: str) -> PydanticCustomError:
    return PydanticCustomError("verifying", "{text}", {"text": text})


Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "format": "locale"})]

Service = Annotated[
    VerifyServiceSid,
    Field(
        description="The Verify service that sends the code.",
        examples=["VA" + "0" * 32],
        json_schema_extra={"default_from": "account"},
    ),
]
Recipient = Annotated[
    VerifyRecipient,
    Field(
        description="Who receives the code: a number in E.164 form, or a mail address for email.",
        examples=["+15005550006"],
    ),
]
Channel = Annotated[
    Literal["sms", "call", "whatsapp", "email", "auto"],
    Field(description="How the code travels; auto leaves the choice to Twilio.", examples=["sms"]),
]
Locale = Annotated[
    Language | None,
    Field(description="The language of the message; else it follows the country.", examples=["en"]),
]
SentTo = Annotated[
    VerifyRecipient | None,
    Field(description="Who received the code; or give verification_sid.", examples=["+15005550006"]),
]
Started = Annotated[
    VerificationSid | None,
    Field(
        description="The verification, as SendVerify named it; or give to.",
        examples=["VE" + "0" * 32],
        json_schema_extra={"excludes": "to"},
    ),
]

Lifetime = Annotated[
    int | None,
    Field(
        ge=60,
        le=86400,
        description="Seconds until the code no longer counts, at most Twilio's own lifetime (10 minutes).",
        examples=[300],
    ),
]
"""From its creation; a day is the longest that Twilio Support sets (verify/api/rate-limits-and-timeouts)."""

Limit = Annotated[int | None, Field(ge=1, le=5)]
"""Of checks or sends; Twilio itself ends a verification at five of either (errors/60202, errors/60203)."""

CustomCode = Annotated[
    SecretStr | None,
    Field(
        min_length=4,
        max_length=10,
        description="A code of your own instead of Twilio's; the service must allow it.",
        examples=["271828"],
    ),
]
Template = Annotated[
    VerifyTemplateSid | None,
    Field(description="A Verify template for the message, by sms or call.", examples=["HJ" + "0" * 32]),
]
Substitutions = Annotated[
    dict[str, str] | None,
    Field(description="Texts for the template's own places, by name.", examples=[{"shop": "Ada's"}]),
]
MailConfiguration = Annotated[
    dict[str, Any] | None,
    Field(
        description="For email: from, from_name, template_id and substitutions.",
        examples=[{"template_id": "d-1", "from": "codes@example.org", "from_name": "Shop"}],
    ),
]
RiskCheck = Annotated[
    Literal["enable", "disable"] | None,
    Field(description="Whether Twilio's Fraud Guard may block this code.", examples=["enable"]),
]
