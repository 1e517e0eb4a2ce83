"""List messages, the newest first."""

from pydantic import AwareDatetime, Field, field_validator

from ringback.action import Input, Result, action
from ringback.numbers import Address, Sender, is_messaging_service
from ringback.results import FoundMessage
from ringback.twilio import resources
from ringback.twilio.client import Twilio

LARGEST_PAGE = 1000  # Twilio docs, usage/twilios-response: rows on a page


class ListMessages(Input):
    """Which messages to list."""

    to: Address | None = Field(
        None, description="Only those to this number or WhatsApp address.", examples=["+15005550006"]
    )
    sender: Sender | None = Field(
        None,
        description="Only those from this number, short code, name or address.",
        examples=["+14155550101"],
    )
    sent_after: AwareDatetime | None = Field(
        None, description="Only those sent at or after this instant.", examples=["2026-01-01T00:00:00Z"]
    )
    sent_before: AwareDatetime | None = Field(
        None, description="Only those sent at or before this instant.", examples=["2027-01-01T00:00:00Z"]
    )
    limit: int = Field(50, ge=1, le=1000, description="How many at most.", examples=[50])

    @field_validator("sender")
    @classmethod
    def can_be_asked_for(cls, sender: str | None) -> str | None:
        """Twilio lists by the number that sent, which a service picks itself."""
        if sender is not None and is_messaging_service(sender):
            raise ValueError("Twilio cannot list by Messaging Service. Name a number or WhatsApp address.")
        return sender


class ListedMessages(Result):
    """The messages; `more` tells whether there are others beyond the limit."""

    messages: list[FoundMessage]
    more: bool


@action(effect="read", reference="https://www.twilio.com/docs/messaging/api/message-resource")
async def list_messages(wanted: ListMessages, twilio: Twilio) -> ListedMessages:
    """List messages."""
    rows = twilio.items(
        resources.messages(),
        {"DateSent>": wanted.sent_after, "DateSent<": wanted.sent_before},
        To=wanted.to,
        From=wanted.sender,
        PageSize=min(wanted.limit + 1, LARGEST_PAGE),
    )
    found: list[FoundMessage] = []
    async for row in rows:
        if len(found) == wanted.limit:
            return ListedMessages(messages=found, more=True)
        found.append(FoundMessage.model_validate(row))
    return ListedMessages(messages=found, more=False)
