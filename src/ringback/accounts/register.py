"""The register of connected accounts: none enters untested, and no secret leaves but to its own host."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from ringback.accounts.capabilities import Report, read_report
from ringback.accounts.change import TESTED, again_needed, merged, moved, tidy, unblanked
from ringback.accounts.connected import Connected
from ringback.accounts.connection import Clients, checked_account
from ringback.accounts.default_service import settled_service
from ringback.accounts.fields import PREVIOUS_TOKEN_LIFETIME, AccountChange, NewAccount, Rotation
from ringback.accounts.kept import Kept, Opened
from ringback.accounts.moving import require_idle, require_movable
from ringback.accounts.place import Allowed, check_base_url
from ringback.accounts.sealing import SEALED, SECRETS, Previous, opened, sealed
from ringback.clock import Clock
from ringback.errors import Conflict, InvalidInput, Misconfigured, NotFound
from ringback.ids import new_id
from ringback.inputs import validated
from ringback.log import logger
from ringback.secrets import Keyring
from ringback.settings import Settings
from ringback.store.accounts import AccountTable
from ringback.store.rows import Account
from ringback.twilio.client import Credentials, Twilio
from ringback.twilio.hosts import Hosts
from ringback.twilio.transport import Transport

log = logger()
Given = Mapping[str, Any]
All = list[Connected]
PLAIN = tuple(NewAccount.model_fields.keys() - set(SECRETS))


class Accounts:
    """Connect, test, show, change, rotate, remove; and open one for use."""

    def __init__(
        self, table: AccountTable, keyring: Keyring, transport: Transport, clock: Clock, settings: Settings
    ) -> None:
        self._table = table
        self._keyring = keyring
        self._transport = transport
        self._clock = clock
        self._allowed = Allowed(settings.simulator_hosts)
        self._kept = Kept()

    async def connect(self, new: Given | NewAccount) -> Connected:
        """Test it, then keep it, its secrets sealed.

        Raises:
            InvalidInput: Fields that are wrong, or that Twilio does not accept; nothing was saved.
            Conflict: The name is taken.
            NotSent: Twilio or the network failed, and no field is to blame.
        """
        wanted = new if isinstance(new, NewAccount) else validated(NewAccount, tidy(new), self._allowed)
        await self._require_free(wanted.name)
        report, service = await self._tested(wanted, None)
        row = self._row(new_id("acc", self._clock()), wanted)
        account = replace(row, report=report, default_verify_service=service)
        if not await self._table.insert(account):
            raise _taken(account.name)
        self._kept.forget(account)
        log.info("account_connected", account=account.name, environment=account.environment)
        return Connected.of(account)

    async def test(self, name: str) -> Report:
        """Test the connection with the secrets that are kept; keep the report. Raises as `connect`."""
        account = await self.find(name)
        wanted = NewAccount.model_construct(**self._standing(account))
        report, _ = await self._tested(wanted, account.default_verify_service)
        await self._table.note_report(account.id, report)
        self._kept.forget(account)
        return Report.model_validate_json(report)

    async def list(self) -> All:
        """All connected accounts by name."""
        return [Connected.of(account) for account in await self._table.all()]

    async def show(self, name: str) -> Connected:
        """One connected account. Raises `NotFound`."""
        return Connected.of(await self.find(name))

    async def change(self, name: str, change: Given | AccountChange) -> Connected:
        """Change what is given, tested where Twilio is concerned. Raises as `connect`, and `NotFound`."""
        changed = await self._save(await self.find(name), _said(AccountChange, change, unblanked))
        log.info("account_changed", account=changed.name, environment=changed.environment)
        return Connected.of(changed)

    async def rotate(self, name: str, rotation: Given | Rotation) -> Connected:
        """Put tested new secrets in the place of the old. Raises as `connect`, and `NotFound`.

        Twilio may go on signing callbacks with the old Auth Token, so those are accepted for a while.
        Requests are made with the new secrets alone: one answered 401 is not tried with the old ones.
        """
        said = dict(_said(Rotation, rotation, tidy))
        lifetime = said.pop("previous_token_lifetime", PREVIOUS_TOKEN_LIFETIME)
        changed = await self._save(await self.find(name), said, lifetime)
        log.info("account_rotated", account=changed.name, environment=changed.environment)
        return Connected.of(changed)

    async def remove(self, name: str) -> None:
        """Erase its secrets and free its name. Raises `NotFound`, or `Conflict` while jobs wait or run."""
        account = await self.find(name)
        await require_idle(self._table, account, "removed")
        await self._table.remove(account.id, self._clock())
        self._kept.forget(account)
        log.info("account_removed", account=account.name, environment=account.environment)

    async def find(self, name: str) -> Account:
        """The row of that name. Raises `NotFound`, naming those there are."""
        account = await self._table.by_name(name)
        if account is None:
            raise _unknown(name, [other.name for other in await self._table.all()])
        return account

    async def recent(self, name: str) -> Account:
        """`find`, as it was at most a second ago; what this process changed is seen at once."""
        now = self._clock()
        account = self._kept.recent(name, now)
        if account is None:
            account = await self.find(name)
            self._kept.saw(account, now)
        return account

    async def opened(self, account_id: str, changed_at: int | None) -> Opened | None:
        """The account, ready for use; it is read anew unless it was changed last at `changed_at`.

        None if there is none. Raises as `open`.
        """
        kept = self._kept.opened.get(account_id)
        if kept is None or kept.account.updated_at != changed_at:
            account = await self.by_id(account_id)
            if account is None:
                return None
            kept = self._kept.opened[account_id] = Opened(account, await self.open(account))
        return kept

    async def by_id(self, account_id: str) -> Account | None:
        """The row of that id, removed ones too."""
        return await self._table.by_id(account_id)

    async def open(self, account: Account, status_callback: str | None = None) -> Twilio:
        """A Twilio for an account, by its API key if it has one. No network.

        Raises:
            NotFound: The account was removed.
            Misconfigured: Its secret cannot be opened, or may not go where the row says.
        """
        if account.removed_at is not None:
            raise NotFound(f"The account {account.name} was removed.")
        return Twilio(
            self._credentials(account),
            self._hosts(account),
            self._transport,
            status_callback=status_callback,
            clock=self._clock,
        )

    async def tokens(self, account: Account) -> Sequence[str]:
        """The Auth Tokens with which Twilio may have signed a webhook for this account."""
        in_use = account.previous_until is not None and account.previous_until > self._clock()
        columns = ("auth_token", "previous_token") if in_use else ("auth_token",)
        tokens = [opened(self._keyring, account, column) for column in columns]
        return [token.get_secret_value() for token in tokens if token]

    async def forget_previous_tokens(self) -> None:
        """Erase those whose time is over."""
        for account_id in await self._table.forget_previous_tokens():
            log.info("previous_token_erased", account=account_id)

    async def world_time(self, account: Account) -> int:
        """Now in its world, in milliseconds since 1970. Raises `NotSent` if a simulator is silent."""
        return await (await self.open(account)).world_time()

    async def check_key(self) -> None:
        """Open every secret once, so that a missing key is met at the start. Raises `Misconfigured`."""
        for account in await self._table.all():
            for column in SEALED:
                opened(self._keyring, account, column)

    async def _save(
        self, account: Account, change: Given, token_lifetime: int = PREVIOUS_TOKEN_LIFETIME
    ) -> Account:
        wanted = validated(NewAccount, merged(self._standing(account), change), self._allowed)
        if errors := again_needed(account, wanted, change):
            raise InvalidInput(errors)
        if wanted.name != account.name:
            await self._require_free(wanted.name)
        await require_movable(self._table, account, wanted)
        previous = self._previous(account, wanted, token_lifetime)
        row = replace(
            self._row(account.id, wanted),
            report=account.report,
            created_at=account.created_at,
            updated_at=max(self._clock(), account.updated_at + 1),  # no two states have the same
            previous_token=previous.token,
            previous_until=previous.until,
        )
        if change.keys() & TESTED:
            known = None if moved(account, wanted) else account.default_verify_service
            report, service = await self._tested(wanted, known)
            row = replace(row, report=report, default_verify_service=service)
        if not await self._table.replace(account, row):
            raise Conflict(f"The account {account.name} was changed by someone else meanwhile. Try again.")
        self._kept.forget(account)
        return row

    def _previous(self, account: Account, wanted: NewAccount, lifetime: int) -> Previous:
        """The old token, if it is replaced by another one of the same account."""
        if lifetime == 0 or moved(account, wanted):
            return Previous()
        if opened(self._keyring, account, "auth_token") == wanted.auth_token:
            return Previous.of(account)
        return Previous.retired(self._keyring, account, self._clock() + lifetime * 1000)

    async def _tested(self, wanted: NewAccount, known_service: str | None) -> tuple[str, str | None]:
        """The report as JSON, and the SID of the default Verify service, which is made here if it must be."""
        clients = Clients.of(wanted, self._transport, self._clock)
        resource = await checked_account(clients, wanted)
        service = await settled_service(clients.in_use, wanted, known_service)
        report = await read_report(clients, resource, self._clock())
        return report.model_dump_json(), service

    def _standing(self, account: Account) -> dict[str, Any]:
        """The row as the body that would connect it, with its secrets in the clear."""
        secrets = {column: opened(self._keyring, account, column) for column in SECRETS}
        return {name: getattr(account, name) for name in PLAIN} | secrets

    def _row(self, account_id: str, wanted: NewAccount) -> Account:
        """The row of a wanted account; every secret is sealed anew, under the newest key."""
        columns: dict[str, Any] = {name: getattr(wanted, name) for name in PLAIN}
        for name in SECRETS:
            secret = getattr(wanted, name)
            columns[name] = sealed(self._keyring, account_id, name, secret) if secret else None
        now = self._clock()
        return Account(id=account_id, **columns, report="", created_at=now, updated_at=now, removed_at=None)

    def _credentials(self, account: Account) -> Credentials:
        sid = account.account_sid
        if account.api_key_sid is not None:
            return Credentials(sid, account.api_key_sid, self._secret(account, "api_key_secret"))
        return Credentials(sid, sid, self._secret(account, "auth_token"))

    def _secret(self, account: Account, column: str) -> str:
        secret = opened(self._keyring, account, column)
        if secret is None:
            raise Misconfigured(f"The account {account.name} has lost its {column}. Rotate its secrets.")
        return secret.get_secret_value()

    def _hosts(self, account: Account) -> Hosts:
        """Checked at each use, too: whoever can write a row must not learn its secret by a new address."""
        try:
            check_base_url(account.environment, account.base_url, self._allowed)
        except ValueError as error:
            raise Misconfigured(f"The account {account.name} cannot be used: {error}") from None
        return Hosts(account.region, account.edge, account.base_url)

    async def _require_free(self, name: str) -> None:
        if await self._table.by_name(name) is not None:
            raise _taken(name)


def _said(model: type[BaseModel], given: Given | BaseModel, read: Callable[[Given], Given]) -> Given:
    """What a caller said, and only that."""
    body = given if isinstance(given, BaseModel) else validated(model, read(given))
    return body.model_dump(exclude_unset=True)


def _taken(name: str) -> Conflict:
    return Conflict(f"An account named {name} is connected already. Choose another name, or change that one.")


def _unknown(name: str, names: list[str]) -> NotFound:
    if not names:
        return NotFound(f"There is no account {name}: none is connected yet. Connect one first.")
    close = difflib.get_close_matches(name, names, n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return NotFound(f"There is no account {name}.{guess} Connected: {', '.join(names)}.")
