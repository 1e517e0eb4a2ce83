"""What the API answers, where it is not a model of Ringback's own; the OpenAPI document shows it."""

from typing import Any

from pydantic import BaseModel, Field

from ringback.accounts.connected import Connected
from ringback.outbox.throughput import SenderFacts
from ringback.outcome import Outcome


class FieldProblem(BaseModel):
    """One bad field."""

    field: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str = Field(description="What happened, why, and what to do.")
    errors: list[FieldProblem] | None = Field(None, description="Every bad field.")
    code: int | None = Field(None, description="Twilio's error code.")
    cause: str | None = Field(None, description="Why Twilio said so.")
    remedy: str | None = Field(None, description="What to do.")
    verdict: str | None = Field(None, description="refused, not_sent or unknown.")


class AccountList(BaseModel):
    """Connected accounts."""

    accounts: list[Connected]


class JobPage(BaseModel):
    """Jobs, newest first."""

    jobs: list[Outcome]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class SenderList(BaseModel):
    """Senders with their pace and what waits for them."""

    senders: list[SenderFacts]


class ActionFacts(BaseModel):
    """An action of the catalogue."""

    name: str
    title: str
    description: str
    effect: str
    channel: str | None
    reference: str = Field(description="Twilio's page about it.")
    path: str
    input: dict[str, Any] = Field(description="JSON Schema of the body.")
    result: dict[str, Any] = Field(description="JSON Schema of a done job's `result`.")
    examples: list[dict[str, Any]] = Field(description="Whole bodies.")


class ActionList(BaseModel):
    """The catalogue."""

    actions: list[ActionFacts]


class Asking(BaseModel):
    """A keyword and the field that holds it."""

    name: str
    field: str


class Planned(BaseModel):
    """A request to Twilio, secrets masked."""

    method: str
    url: str
    parameters: list[tuple[str, str]]


class Explanation(BaseModel):
    """What running an action would send."""

    action: str
    account: str
    effect: str
    keywords: list[Asking]
    input: dict[str, Any]
    request: Planned | None
    segments: dict[str, Any] | None = Field(description="Encoding and cost of a text.")
    notes: list[str]
    refused: dict[str, Any] | None = Field(description="Why it would be refused now, or null.")


class Readiness(BaseModel):
    """Which parts work."""

    status: str
    parts: dict[str, bool] = {}
