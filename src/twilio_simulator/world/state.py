"""The world: one clock, one seed, all accounts, all phones, and what happened."""

from collections.abc import Iterator

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.clock import WorldClock
from twilio_simulator.ruleset import Ruleset
from twilio_simulator.sids import Sids
from twilio_simulator.world.account import Account, basic
from twilio_simulator.world.alerts import Alert, Alerts, Incident
from twilio_simulator.world.handset import Handsets
from twilio_simulator.world.log import EventLog
from twilio_simulator.world.message import Message
from twilio_simulator.world.numbers import Number
from twilio_simulator.world.uploads import Upload

FICTIONAL_PER_AREA = 100
# 555-0100 to 555-0199 are set aside for fiction in every area code; libphonenumber holds them for valid.
_AREAS = (
    "212 310 206 312 404 512 617 702 713 718 720 757 801 808 813 818 845 858 901 904 907 916 925 949 "
    "954 970 972 973 978 980 984 989 201 202 203 205 207 208 209 213 214 215 216 217 218 219 224 225"
)
AREAS = tuple(_AREAS.split())
MOST_FICTIONAL = len(AREAS) * FICTIONAL_PER_AREA
MOST_ACCOUNTS = 1000
STANDING = frozenset({"clock", "log", "rules", "address", "most_accounts"})
"""What outlives a reset: others hold on to it."""


class World:
    """Everything that a reset throws away."""

    def __init__(self, seed: int | None = None, ruleset: Ruleset | None = None) -> None:
        self.clock = WorldClock()
        self.seed = seed
        self.sids = Sids(seed)
        self.rules = ruleset or Ruleset()
        self.log = EventLog(self.clock)
        self.most_accounts = MOST_ACCOUNTS
        """Beyond them the oldest that a test made leaves."""
        self.accounts: dict[str, Account] = {}
        self.handsets = Handsets()
        self.numbers: dict[str, Number] = {}
        """Every number that is rented, by E.164."""
        self.whatsapp_owners: dict[str, Account] = {}
        """Whose WhatsApp sender a number is."""
        self.uploads: dict[str, Upload] = {}
        """Files handed in, by SID."""
        self.address = ""
        """Where the simulator is served, once it is."""
        self.tokens: dict[str, tuple[Account, str]] = {}
        """Authorization header to the account and the user name in it."""
        self.missed: dict[tuple[str, str], int] = {}
        """Method and path (without SIDs) of requests that nothing answers to, and how often they came."""
        self.alerts = Alerts()

    def alert(self, code: int, particulars: str, incident: Incident) -> Alert:
        """Write down in the debugger what went wrong with the customer's server or its TwiML."""
        alert = Alert(self.sids.new("NO"), code, self.clock.now(), particulars, incident)
        self.alerts.kept.append(alert)
        self.log.note("alert", incident.account_sid, incident.resource_sid, code=code, alert=alert.sid)
        return alert

    def register(self, account: Account) -> None:
        """Make the account's credentials hold, and no others of it."""
        self.accounts[account.sid] = account
        account.remember_token()
        self.forget_tokens(account)
        pairs = {account.sid: account.auth_token, **account.api_keys}
        for user, password in pairs.items():
            self.tokens[basic(user, password)] = (account, user)
        if account.secondary_token is not None:
            self.tokens[basic(account.sid, account.secondary_token)] = (account, account.sid)
        twin = account.test_twin
        if twin is not None:
            self.tokens[basic(twin.sid, twin.auth_token)] = (twin, twin.sid)

    def forget_tokens(self, account: Account) -> None:
        """No credentials of the account hold any more."""
        owners = (account, account.test_twin)
        for header in [header for header, (owner, _) in self.tokens.items() if owner in owners]:
            del self.tokens[header]

    def payer(self, account: Account) -> Account:
        """Whose balance pays: a subaccount draws on its parent's."""
        return self.accounts.get(account.owner_sid or "", account)

    def clear(self) -> None:
        """An empty world: phones, accounts and events are gone; the seed starts anew."""
        # What was is left whole, not emptied: a reset can be undone.
        for name, value in vars(World(self.seed, self.rules)).items():
            if name not in STANDING:
                setattr(self, name, value)
        self.log.clear()

    def message(self, sid: str) -> Message | None:
        """A message of any account."""
        for account in self.accounts.values():
            found = account.messages.get(sid)
            if found is not None:
                return found
        return None

    def sandbox_account(self, handset: str) -> Account | None:
        """The account whose sandbox the handset has joined."""
        now = self.clock.now()
        members = (a for a in self.accounts.values() if a.is_sandbox_member(handset, now))
        return next(members, None)

    def fictional_numbers(self) -> Iterator[str]:
        """Numbers that belong to nobody, here or outside."""
        for area in AREAS:
            for last in range(FICTIONAL_PER_AREA):
                number = f"+1{area}55501{last:02d}"
                if number not in self.numbers and number not in self.whatsapp_owners and number != SANDBOX:
                    yield number
