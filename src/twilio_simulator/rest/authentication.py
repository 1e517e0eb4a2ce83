"""Who calls, and for which account: tokens, API keys, and a parent that acts for its subaccount."""

from base64 import b64decode
from dataclasses import dataclass

from twilio_simulator.ledger import RefusalError
from twilio_simulator.sid_patterns import is_sid
from twilio_simulator.world.account import Account
from twilio_simulator.world.state import World

NO_CREDENTIALS = "Authentication Error - No credentials provided"
NO_SID = "Authentication Error - invalid username"
WRONG_PAIR = "Authenticate"
# Operations that only an account's own token opens, not a standard API key (docs iam/api-keys).
ACCOUNTS = frozenset({"api.FetchAccount", "api.ListAccount", "api.CreateAccount", "api.UpdateAccount"})
_KEYS = ("Key", "SigningKey")
TOKEN_ONLY = ACCOUNTS | {
    f"api.{verb}{kind}" for kind in _KEYS for verb in ("List", "Fetch", "Update", "Delete")
}
TOKEN_ONLY |= {f"api.CreateNew{kind}" for kind in _KEYS}


@dataclass(slots=True)
class Knock:
    """A request at the door: its credentials, what it wants, and the values in its path."""

    header: str
    operation: str
    path: str
    values: dict[str, str]


def authenticated(world: World, knock: Knock) -> Account:
    """The account that is acted on.

    Raises:
        RefusalError: 20003, 20005 or 20404, as the ruleset has them.
    """
    known = world.tokens.get(knock.header)
    if known is None:
        raise RefusalError(20003, problem=_why_not(knock.header))
    account, user = known
    if not _is_active(world, account):
        raise RefusalError(world.rules.suspended_code, problem=WRONG_PAIR)
    if user.startswith("SK") and knock.operation in TOKEN_ONLY:
        raise RefusalError(20003, problem=WRONG_PAIR)
    meant = knock.values.get("AccountSid")
    if meant is None and knock.operation in ACCOUNTS:
        meant = knock.values.get("Sid")
    return account if meant in (None, account.sid) else _subaccount(world, knock, account, meant or "")


def _subaccount(world: World, knock: Knock, parent: Account, sid: str) -> Account:
    """What a parent may do for its subaccount; one that is not active can only be looked at and changed."""
    child = world.accounts.get(sid)
    if child is None or child.owner_sid != parent.sid:
        raise RefusalError(world.rules.foreign_account_code, path=knock.path, problem=WRONG_PAIR)
    if child.status != "active" and knock.operation not in ACCOUNTS:
        raise RefusalError(world.rules.suspended_code, problem=WRONG_PAIR)
    return child


def _is_active(world: World, account: Account) -> bool:
    owner = None if account.owner_sid is None else world.accounts.get(account.owner_sid)
    return account.status == "active" and (owner is None or owner.status == "active")


def _why_not(header: str) -> str:
    if not header.startswith("Basic "):
        return NO_CREDENTIALS
    try:
        user = b64decode(header[6:]).decode("utf-8", "replace").partition(":")[0]
    except ValueError:
        return NO_CREDENTIALS
    return WRONG_PAIR if is_sid(user) else NO_SID
