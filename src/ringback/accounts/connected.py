"""A connected account as it is shown: everything but its secrets."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from ringback.accounts.capabilities import Report
from ringback.accounts.credentials import masked
from ringback.clock import iso
from ringback.store.rows import Account


class Connected(BaseModel):
    """One account; SIDs are masked, instants are ISO 8601 in UTC."""

    model_config = ConfigDict(frozen=True)

    name: str
    id: str
    account_sid: str
    api_key_sid: str | None
    environment: str
    region: str | None
    edge: str | None
    base_url: str | None
    default_sender: str | None
    default_country: str | None
    default_verify_service: str | None
    verification_lifetime: int
    not_found_means: str
    previous_token_valid_until: str | None
    report: Report
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, account: Account) -> Self:
        """What may be shown of a row."""
        same = {name: getattr(account, name) for name in cls.model_fields.keys() - CHANGED}
        return cls(
            **same,
            account_sid=masked(account.account_sid) or "",
            api_key_sid=masked(account.api_key_sid),
            previous_token_valid_until=iso(account.previous_until) if account.previous_until else None,
            report=Report.model_validate_json(account.report),
            created_at=iso(account.created_at),
            updated_at=iso(account.updated_at),
        )


CHANGED = {
    "account_sid",
    "api_key_sid",
    "previous_token_valid_until",
    "report",
    "created_at",
    "updated_at",
}
"""What is shown otherwise than it is stored."""
