"""The test of a connection: whose fault a failure is, told apart before anything is saved."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from ringback.accounts.fields import NewAccount
from ringback.clock import Clock
from ringback.errors import Failure, Fault, FieldError, InvalidInput, NotSent
from ringback.twilio import resources
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import Transport

AnswerT = TypeVar("AnswerT")
Resource = dict[str, Any]

UNAUTHENTICATED, TEST_CREDENTIALS, UNKNOWN = 20003, 20008, 20404
INACTIVE = (20005, 10001)
SERVER_ERRORS = 500

WRONG_PAIR = (
    "Twilio does not accept this Account SID with this Auth Token. Perhaps they do not belong together, the "
    "token was rotated, is a test token or of another region, or the account is closed. "
    "Copy both again from the Console's home page."
)
WRONG_KEY = (
    "Twilio accepts the Auth Token, but not this API key. Perhaps its secret is wrong, the key was deleted, "
    "is of another region, or may not read phone numbers. Correct it, or leave out the key."
)
NOT_BOTH = "Twilio does not accept this API key either. Correct the Auth Token first."
FOREIGN_KEY = (
    "This API key is of another account. Make one in this account: Console, Account > API keys & tokens."
)
NO_SUCH_ACCOUNT = "Twilio knows no account by this SID there. Check the SID, the region and the environment."
TEST_PAIR = (
    "These are test credentials, which may read nothing. "
    "Connect the live pair of the Console's home page, or a simulator for tests."
)


@dataclass(frozen=True, slots=True)
class Clients:
    """The account by its Auth Token, and as actions will use it: by the API key if there is one."""

    by_token: Twilio
    in_use: Twilio

    @classmethod
    def of(cls, wanted: NewAccount, transport: Transport, clock: Clock) -> Self:
        """Those of an account that is not saved yet. No network."""
        sid, token = wanted.account_sid, wanted.auth_token.get_secret_value()
        hosts = Hosts(wanted.region, wanted.edge, wanted.base_url)
        by_token = Twilio(Credentials(sid, sid, token), hosts, transport, clock=clock)
        if wanted.api_key_sid is None or wanted.api_key_secret is None:
            return cls(by_token, by_token)
        key = Credentials(sid, wanted.api_key_sid, wanted.api_key_secret.get_secret_value())
        return cls(by_token, Twilio(key, hosts, transport, clock=clock))


async def attempt(call: Awaitable[AnswerT]) -> AnswerT | Failure:
    """The answer, or the failure instead of raising it."""
    try:
        return await call
    except Failure as failure:
        return failure


async def checked_account(clients: Clients, wanted: NewAccount) -> Resource:
    """The account's resource, once every credential is accepted.

    Raises:
        InvalidInput: A field is at fault; each cause has its own text.
        NotSent: Twilio or the network failed, and no field is to blame.
    """
    account: Resource | Failure
    account, probe = await asyncio.gather(
        attempt(clients.by_token.fetch(resources.account())), attempt(_probe(clients))
    )
    errors = [*_errors_of_token(account, wanted), *_errors_of_key(probe, account, wanted)]
    if isinstance(account, Failure) or errors:
        raise InvalidInput(list(dict.fromkeys(errors)))
    return account


async def _probe(clients: Clients) -> Resource | None:
    """A standard API key may not read the account itself (Twilio docs, iam/api-keys), but its numbers."""
    if clients.in_use is clients.by_token:
        return None
    return await clients.in_use.fetch(resources.incoming_numbers(), PageSize=1)


def _errors_of_token(account: Resource | Failure, wanted: NewAccount) -> list[FieldError]:
    if isinstance(account, Failure):
        return [_blame(account, FieldError("auth_token", WRONG_PAIR), wanted)]
    if account.get("sid") != wanted.account_sid:
        return [_stranger("it answers, but not with this account", wanted)]
    status = account.get("status")
    return [] if status == "active" else [_inactive(f"Twilio says that this account is {status}.")]


def _errors_of_key(
    probe: Resource | Failure | None, account: Resource | Failure, wanted: NewAccount
) -> list[FieldError]:
    if not isinstance(probe, Failure):
        return []
    if probe.fault.code == UNKNOWN:
        return [FieldError("api_key_sid", FOREIGN_KEY)]
    text = NOT_BOTH if isinstance(account, Failure) else WRONG_KEY
    return [_blame(probe, FieldError("api_key_secret", text), wanted)]


def _blame(failure: Failure, unaccepted: FieldError, wanted: NewAccount) -> FieldError:
    """The field at fault. Raises the failure itself when there is none."""
    fault = failure.fault
    if fault.code == UNAUTHENTICATED:
        return unaccepted
    if fault.code in INACTIVE:
        return _inactive(f"Twilio says that this account is not active ({fault.code}).")
    if fault.code == TEST_CREDENTIALS:
        return FieldError("auth_token", TEST_PAIR)
    if fault.code == UNKNOWN:
        return FieldError("account_sid", NO_SUCH_ACCOUNT)
    if fault.http_status is None:
        return _placed(f"{fault.message} {fault.remedy or ''}".strip(), failure, wanted)
    if fault.code is None and fault.http_status < SERVER_ERRORS and fault.retry_after is None:
        return _placed(_not_twilio(fault.message), failure, wanted)
    raise failure


def _inactive(what: str) -> FieldError:
    return FieldError(
        "account_sid",
        f"{what} Open the Console, see what it asks for (funds, a review), and connect it then.",
    )


def _stranger(what: str, wanted: NewAccount) -> FieldError:
    failure = NotSent(Fault(message=_not_twilio(what)))
    return _placed(failure.message, failure, wanted)


def _not_twilio(what: str) -> str:
    return f"What is at this address is not Twilio: {what.rstrip('.')}. Check the address and the port."


def _placed(message: str, failure: Failure, wanted: NewAccount) -> FieldError:
    """The field that led to this address; Twilio's usual hosts are nobody's input."""
    for field in ("base_url", "region", "edge"):
        if getattr(wanted, field):
            return FieldError(field, message)
    raise failure
