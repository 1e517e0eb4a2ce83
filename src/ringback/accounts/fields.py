"""What an account is made of: the bodies that connect it, change it and rotate its secrets."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator

from ringback.accounts.console import found
from ringback.accounts.credentials import (
    read_account_sid,
    read_api_key_sid,
    read_auth_token,
    read_key_secret,
    read_verify_service,
)
from ringback.accounts.place import Allowed, check_base_url, check_label
from ringback.numbers import CountryCode, Reader, read_sms_sender, read_whatsapp_sender

Environment = Literal["production", "staging", "development", "simulator"]
NotFoundMeans = Literal["unknown", "not_sent", "send_again"]
ACCOUNT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Twilio docs, verify: ten minutes, and Twilio Support can set 2 minutes to 24 hours.
DEFAULT_LIFETIME, SHORTEST_LIFETIME, LONGEST_LIFETIME = 600, 120, 86_400
# Twilio goes on signing with the primary token until the secondary is promoted (Twilio docs, usage/security).
PREVIOUS_TOKEN_LIFETIME, LONGEST_PREVIOUS_TOKEN = 86_400, 7 * 86_400


def read_name(name: str) -> str:
    """A name that fits into URLs, commands and code. Raises `ValueError`."""
    if not ACCOUNT_NAME.fullmatch(name):
        raise ValueError(
            "Begin with a letter, then letters, digits and underscores, 64 at most, like shop_2."
        )
    return name


def _secret(read: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(read(secret.get_secret_value())))


class AccountChange(BaseModel):
    """What may be changed of an account: what is left out stays as it is, null clears it."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    name: str | None = found("name", None)
    account_sid: str | None = found("account_sid", None)
    auth_token: SecretStr | None = found("auth_token", None)
    api_key_sid: str | None = found("api_key_sid", None)
    api_key_secret: SecretStr | None = found("api_key_secret", None)
    environment: Environment | None = found("environment", None)
    region: str | None = found("region", None)
    edge: str | None = found("edge", None)
    base_url: str | None = found("base_url", None)
    default_country: str | None = found("default_country", None)
    default_sender: str | None = found("default_sender", None)
    default_verify_service: str | None = found("default_verify_service", None)
    verification_lifetime: int | None = found("verification_lifetime", None)
    not_found_means: NotFoundMeans | None = found("not_found_means", None)


class Rotation(BaseModel):
    """New secrets for a connected account; an API key that is left out stays.

    Requests are made with the new ones alone. `previous_token_lifetime` is in seconds.
    """

    model_config = AccountChange.model_config

    auth_token: SecretStr = found("auth_token")
    api_key_sid: str | None = found("api_key_sid", None)
    api_key_secret: SecretStr | None = found("api_key_secret", None)
    previous_token_lifetime: int = found(
        "previous_token_lifetime", PREVIOUS_TOKEN_LIFETIME, ge=0, le=LONGEST_PREVIOUS_TOKEN
    )


class NewAccount(AccountChange):
    """An account to connect. The validation context is `Allowed`; without it a simulator is on loopback."""

    name: Annotated[str, AfterValidator(read_name)] = found("name")
    account_sid: Annotated[str, AfterValidator(read_account_sid)] = found("account_sid")
    auth_token: Annotated[SecretStr, _secret(read_auth_token)] = found("auth_token")
    api_key_sid: Annotated[str, AfterValidator(read_api_key_sid)] | None = found("api_key_sid", None)
    api_key_secret: Annotated[SecretStr, _secret(read_key_secret)] | None = found("api_key_secret", None)
    environment: Environment = found("environment", "production")
    default_country: CountryCode | None = found("default_country", None)
    default_verify_service: Annotated[str, AfterValidator(read_verify_service)] | None = found(
        "default_verify_service", None
    )
    verification_lifetime: int = found(
        "verification_lifetime", DEFAULT_LIFETIME, ge=SHORTEST_LIFETIME, le=LONGEST_LIFETIME
    )
    not_found_means: NotFoundMeans = found("not_found_means", "unknown")

    @field_validator("api_key_secret")
    @classmethod
    def _is_a_pair(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if "api_key_sid" in info.data and bool(secret) != bool(info.data["api_key_sid"]):
            missing = "the SID of its API key in api_key_sid" if secret else "the secret of the API key"
            raise ValueError(f"An API key is a pair: give {missing}, or leave out both.")
        return secret

    @field_validator("region", "edge")
    @classmethod
    def _label(cls, label: str | None, info: ValidationInfo) -> str | None:
        return check_label(str(info.field_name), label, info.data.get("environment"))

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, base_url: str | None, info: ValidationInfo) -> str | None:
        allowed = info.context if isinstance(info.context, Allowed) else Allowed()
        environment = info.data.get("environment")
        return check_base_url(environment, base_url, allowed) if environment else base_url

    @field_validator("default_sender")
    @classmethod
    def _sender(cls, sender: str | None, info: ValidationInfo) -> str | None:
        if sender is None:
            return None
        reader = Reader(default_country=info.data.get("default_country"))
        is_whatsapp = sender.strip().lower().startswith("whatsapp")
        return (read_whatsapp_sender if is_whatsapp else read_sms_sender)(sender, reader)
