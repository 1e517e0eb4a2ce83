"""`ringback accounts`: connect, list, show, change, test, rotate, remove."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from cyclopts import App, Parameter

from ringback.cli.options import Desk, Everywhere, secret, without_nothing
from ringback.cli.reports import tell_account, tell_report
from ringback.cli.tables import Column
from ringback.errors import FieldError, InvalidInput
from ringback.settings import read_settings

NONE = Everywhere()
COLUMNS = (
    Column("name", 0),
    Column("environment", 1),
    Column("account_sid", 3),
    Column("default_sender", 2),
    Column("base_url", 4),
)
NO_ACCOUNT = "No account is connected yet. Connect one with: ringback accounts add NAME --account-sid AC…"
IN_ARGUMENT = (
    "An argument can be read by everyone on this machine, so only a simulator's token may stand in one. "
    "Leave it out and give it at the prompt, as a line of standard input, or as RINGBACK_AUTH_TOKEN."
)
CONNECT_HELP = """Connect an account: its credentials are tested, then sealed.

The Auth Token is asked for; scripts give it as a line of standard input or as RINGBACK_AUTH_TOKEN.
"""

Name = Annotated[str, Parameter(help="How you call the account here, like shop.")]
Token = Annotated[
    str | None,
    Parameter(
        name=["--auth-token", "--token"],
        metavar="TOKEN",
        help="A simulator's token only; a real one is asked for.",
    ),
]
KeySid = Annotated[
    str | None,
    Parameter(metavar="SK…", help="Of an API key to make requests with; its secret is asked for."),
]

PreviousLifetime = Annotated[
    int | None,
    Parameter(
        metavar="SECONDS",
        help="How long callbacks signed with the previous Auth Token are accepted: 86400 unless told; "
        "0 for none, when it is in wrong hands.",
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Defaults:
    """What an account's actions use when they are given nothing else."""

    default_sender: Annotated[
        str | None, Parameter(metavar="SENDER", help="Who messages come from when an action names nobody.")
    ] = None
    default_country: Annotated[
        str | None, Parameter(metavar="US", help="Country in which national numbers are read.")
    ] = None
    default_verify_service: Annotated[
        str | None, Parameter(metavar="VA…", help="Verify service to use; `create` makes one.")
    ] = None
    verification_lifetime: Annotated[
        int | None, Parameter(metavar="SECONDS", help="How long Twilio keeps a code: 600 unless told.")
    ] = None
    not_found_means: Annotated[
        str | None,
        Parameter(
            metavar="WHAT",
            help="What becomes of an unknown job that Twilio does not list after 10 minutes: unknown "
            "(if not given), not_sent, or send_again.",
        ),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an account lives."""

    environment: Annotated[
        str | None,
        Parameter(metavar="LABEL", help="production (if not given), staging, development or simulator."),
    ] = None
    region: Annotated[str | None, Parameter(metavar="IE1", help="Twilio region; us1 if not given.")] = None
    edge: Annotated[str | None, Parameter(metavar="DUBLIN", help="Twilio edge; it goes with a region.")] = (
        None
    )
    base_url: Annotated[str | None, Parameter(metavar="URL", help="Where a simulator is.")] = None


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the account is; what is secret is asked for."""

    account_sid: Annotated[
        str | None,
        Parameter(name=["--account-sid", "--sid"], metavar="AC…", help="Console home page, Account Info."),
    ] = None
    auth_token: Token = None
    api_key_sid: KeySid = None


NOBODY, NO_DEFAULTS, ANYWHERE = Credentials(), Defaults(), Whereabouts()


def accounts_app(desk: Desk) -> App:
    """The group `accounts`."""
    group = App(name="accounts", help="Connected Twilio accounts.")
    _add_connecting(group, desk)
    _add_changing(group, desk)
    _add_looking(group, desk)
    return group


def _add_connecting(group: App, desk: Desk) -> None:
    @group.command(help=CONNECT_HELP)
    async def add(
        name: Name,
        *,
        credentials: Credentials = NOBODY,
        whereabouts: Whereabouts = ANYWHERE,
        defaults: Defaults = NO_DEFAULTS,
        everywhere: Everywhere = NONE,
    ) -> int:
        given = without_nothing(
            name=name,
            account_sid=credentials.account_sid,
            api_key_sid=credentials.api_key_sid,
            **asdict(whereabouts),
            **asdict(defaults),
        )
        simulated = whereabouts.environment == "simulator"
        given |= _secrets(credentials.auth_token, credentials.api_key_sid, simulated=simulated)
        async with desk.open(everywhere) as connector:
            connected = await connector.accounts.connect(given)
        everywhere.show.say(f"{name} is connected.", "green")
        tell_account(everywhere.show, connected)
        return 0


def _add_changing(group: App, desk: Desk) -> None:
    @group.command
    async def rotate(
        name: Name,
        *,
        auth_token: Token = None,
        api_key_sid: KeySid = None,
        previous_token_lifetime: PreviousLifetime = None,
        everywhere: Everywhere = NONE,
    ) -> int:
        """Replace an account's secrets, once the new ones are proved to work.

        Requests are made with the new ones alone. Callbacks may be signed with either Auth Token for a day:
        Twilio signs with the primary one until the secondary is promoted.
        """
        async with desk.open(everywhere) as connector:
            account = await connector.accounts.find(name)
            secrets = _secrets(auth_token, api_key_sid, simulated=account.environment == "simulator")
            given = secrets | without_nothing(
                api_key_sid=api_key_sid, previous_token_lifetime=previous_token_lifetime
            )
            rotated = await connector.accounts.rotate(name, given)
        everywhere.show.say(f"{name} uses its new secrets from now on.", "green")
        tell_account(everywhere.show, rotated)
        return 0

    @group.command(name="set")
    async def change(name: Name, *, defaults: Defaults = NO_DEFAULTS, everywhere: Everywhere = NONE) -> int:
        """Change an account's defaults."""
        given = without_nothing(**asdict(defaults))
        if not given:
            raise InvalidInput([FieldError("command", "Say what to change, like --default-sender +1….")])
        async with desk.open(everywhere) as connector:
            tell_account(everywhere.show, await connector.accounts.change(name, given))
        return 0


def _add_looking(group: App, desk: Desk) -> None:
    @group.command(name="list")
    async def list_accounts(*, everywhere: Everywhere = NONE) -> int:
        """List the connected accounts."""
        async with desk.open(everywhere) as connector:
            accounts = await connector.accounts.list()
        everywhere.show.rows(COLUMNS, accounts, NO_ACCOUNT)
        return 0

    @group.command
    async def show(name: Name, *, everywhere: Everywhere = NONE) -> int:
        """Show one account with its capability report."""
        async with desk.open(everywhere) as connector:
            tell_account(everywhere.show, await connector.accounts.show(name))
        return 0

    @group.command
    async def test(name: Name, *, everywhere: Everywhere = NONE) -> int:
        """Test the connection again and report what the account can do."""
        async with desk.open(everywhere) as connector:
            report = await connector.accounts.test(name)
        everywhere.show.say(f"{name} is connected, and Twilio accepts its credentials.", "green")
        tell_report(everywhere.show, report)
        return 0

    @group.command
    async def remove(name: Name, *, everywhere: Everywhere = NONE) -> int:
        """Forget an account's secrets; its jobs stay in the ledger."""
        async with desk.open(everywhere) as connector:
            await connector.accounts.remove(name)
        everywhere.show.done({"name": name, "removed": True}, f"{name} is removed and its secrets erased.")
        return 0


def _secrets(auth_token: str | None, api_key_sid: str | None, *, simulated: bool) -> dict[str, Any]:
    if auth_token is not None and not simulated:
        raise InvalidInput([FieldError("auth_token", IN_ARGUMENT)])
    settings = read_settings()
    secrets = {"auth_token": secret("auth_token", "RINGBACK_AUTH_TOKEN", auth_token or settings.auth_token)}
    if api_key_sid is not None:
        given = settings.api_key_secret
        secrets["api_key_secret"] = secret("api_key_secret", "RINGBACK_API_KEY_SECRET", given)
    return secrets
