"""`ringback accounts`: connect, list, show, change, test, rotate, remove."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from cyclopts import App, Parameter

from ringback.cli.options import Desk, Everywhere, secret, without_nothing
from ringback.errors import FieldError, InvalidInput
from ringback.settings import read_settings

NONE = Everywhere()
COLUMNS = ("name", "environment", "account_sid", "default_sender", "base_url")
IN_ARGUMENT = (
    "An argument can be read by everyone on this machine, so only a simulator's token may stand in one. "
    "Leave it out and give it at the prompt, as a line of standard input, or as RINGBACK_AUTH_TOKEN."
)

Token = Annotated[str | None, Parameter(name=["--auth-token", "--token"], help="A simulator's token only.")]
KeySid = Annotated[
    str | None, Parameter(help="Console, Account, API keys & tokens; its secret is asked for.")
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Defaults:
    """What an account's actions use when they are given nothing else."""

    default_sender: Annotated[str | None, Parameter(help="Sender when an action names none.")] = None
    default_country: Annotated[str | None, Parameter(help="ISO code, to read national numbers.")] = None
    default_verify_service: Annotated[str | None, Parameter(help="VA…, or create to have one made.")] = None
    verification_lifetime: Annotated[int | None, Parameter(help="Seconds Twilio keeps a code.")] = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an account lives."""

    environment: Annotated[str | None, Parameter(help="production, staging, development, simulator.")] = None
    region: Annotated[str | None, Parameter(help="Such as ie1 or au1; us1 if not given.")] = None
    edge: Annotated[str | None, Parameter(help="Such as dublin or sydney; give it with the region.")] = None
    base_url: Annotated[str | None, Parameter(help="A simulator's address.")] = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the account is; what is secret is asked for."""

    account_sid: Annotated[
        str, Parameter(name=["--account-sid", "--sid"], help="Console home page, Account Info.")
    ]
    auth_token: Token = None
    api_key_sid: KeySid = None


NO_DEFAULTS, ANYWHERE = Defaults(), Whereabouts()


def accounts_app(desk: Desk) -> App:
    """The group `accounts`."""
    group = App(name="accounts", help="Connected Twilio accounts.")
    _add_connecting(group, desk)
    _add_looking(group, desk)
    return group


def _add_connecting(group: App, desk: Desk) -> None:
    @group.command
    async def add(
        name: str,
        *,
        credentials: Credentials,
        whereabouts: Whereabouts = ANYWHERE,
        defaults: Defaults = NO_DEFAULTS,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Connect an account: its credentials are tested, then sealed."""
        key = credentials.api_key_sid
        given = without_nothing(name=name, account_sid=credentials.account_sid, api_key_sid=key)
        given |= without_nothing(**asdict(whereabouts)) | without_nothing(**asdict(defaults))
        simulated = whereabouts.environment == "simulator"
        given |= _secrets(credentials.auth_token, key, simulated=simulated)
        async with desk.open(everywhere) as connector:
            connected = await connector.accounts.connect(given)
        everywhere.show.say(f"{name} is connected.")
        everywhere.show.facts(connected)
        return 0

    @group.command
    async def rotate(
        name: str, *, auth_token: Token = None, api_key_sid: KeySid = None, everywhere: Everywhere = NONE
    ) -> int:
        """Replace an account's secrets, once the new ones are proved to work."""
        async with desk.open(everywhere) as connector:
            account = await connector.accounts.find(name)
            secrets = _secrets(auth_token, api_key_sid, simulated=account.environment == "simulator")
            given = without_nothing(api_key_sid=api_key_sid) | secrets
            everywhere.show.facts(await connector.accounts.rotate(name, given))
        return 0

    @group.command(name="set")
    async def change(name: str, *, defaults: Defaults = NO_DEFAULTS, everywhere: Everywhere = NONE) -> int:
        """Change an account's defaults."""
        given = without_nothing(**asdict(defaults))
        async with desk.open(everywhere) as connector:
            everywhere.show.facts(await connector.accounts.change(name, given))
        return 0


def _add_looking(group: App, desk: Desk) -> None:
    @group.command(name="list")
    async def list_accounts(*, everywhere: Everywhere = NONE) -> int:
        """List the connected accounts."""
        async with desk.open(everywhere) as connector:
            accounts = await connector.accounts.list()
        nothing = (
            "No account is connected yet. Connect one with: ringback accounts add NAME --account-sid AC…"
        )
        everywhere.show.rows(COLUMNS, accounts, nothing)
        return 0

    @group.command
    async def show(name: str, *, everywhere: Everywhere = NONE) -> int:
        """Show one account with its capability report."""
        async with desk.open(everywhere) as connector:
            everywhere.show.facts(await connector.accounts.show(name))
        return 0

    @group.command
    async def test(name: str, *, everywhere: Everywhere = NONE) -> int:
        """Test the connection again and report what the account can do."""
        async with desk.open(everywhere) as connector:
            everywhere.show.facts(await connector.accounts.test(name))
        return 0

    @group.command
    async def remove(name: str, *, everywhere: Everywhere = NONE) -> int:
        """Forget an account's secrets; its jobs stay in the ledger."""
        async with desk.open(everywhere) as connector:
            await connector.accounts.remove(name)
        everywhere.show.say(f"{name} is removed.")
        return 0


def _secrets(auth_token: str | None, api_key_sid: str | None, *, simulated: bool) -> dict[str, Any]:
    if auth_token is not None and not simulated:
        raise InvalidInput([FieldError("auth_token", IN_ARGUMENT)])
    settings = read_settings()
    secrets = {"auth_token": secret("Auth Token", "RINGBACK_AUTH_TOKEN", auth_token or settings.auth_token)}
    if api_key_sid is not None:
        given = settings.api_key_secret
        secrets["api_key_secret"] = secret("API key secret", "RINGBACK_API_KEY_SECRET", given)
    return secrets
