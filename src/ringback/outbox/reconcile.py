"""Settles unknown jobs by what Twilio lists or shows, when their time has come or somebody asks."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import orjson

from ringback.accounts import Accounts
from ringback.action import Proof
from ringback.actions import find
from ringback.clock import Clock
from ringback.errors import Conflict, NotFound, Refused, RingbackError
from ringback.log import logger, words
from ringback.outbox.lookup import LOOKUPS, wording
from ringback.outbox.lookup.found import MATCHED_BY, Found, Inputs, Lookup, Search
from ringback.outbox.lookup.matching import judge
from ringback.outbox.reading import Readings, can_be_read
from ringback.outbox.unproved import WHO, SendAgain, Unproved
from ringback.store import Store
from ringback.store.endings import place_of
from ringback.store.looks import Owner
from ringback.store.rows import Account, Job, State
from ringback.verifications import Verifications

UNAUTHORIZED = 401
MOST_UNANSWERED = 1_000  # that are remembered; jobs that were settled otherwise are among them
TURNED = 35 * 86_400_000  # a simulator's clock may have been turned meanwhile

AnswerT = TypeVar("AnswerT")
Look = Callable[[], Awaitable[None]]

log = logger()


@dataclass(frozen=True, slots=True)
class Group:
    """Jobs that one listing answers for."""

    account_id: str
    proof: Proof
    place: tuple[str, ...]


class Reconcile:
    """Looks unknown jobs up."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        verifications: Verifications,
        clock: Clock,
        send_again: SendAgain,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._verifications = verifications
        self._clock = clock
        self._readings = Readings(store, accounts, clock)
        self._unproved = Unproved(store, clock, send_again)
        self._unanswered: set[Hashable] = set()

    async def __call__(self, job: Job, who: str) -> None:
        """Settle one job if it is plain what became of it, else note what was found. Raises `Conflict`."""
        if job.state is not State.UNKNOWN:
            raise Conflict(f"The job is {job.state.value}; only an unknown job can be reconciled.")
        if can_be_read(job):
            await self._readings.ask(await self._account_of(job), job, who)
            return
        if (group := _group(job)) is None:
            raise Conflict(f"{job.action} makes nothing to look for. Settle the job once you know.")
        looked = await self._look(group, [job], who)
        if not looked.settles(job.id):
            undecided = job.id in looked.undecided
            message = wording.UNDECIDED if undecided else wording.seen(looked.seen_by(job.id))
            await self._store.outcomes.add_note(place_of(job), "looked_up", who, self._clock(), message)

    async def look_up_due(self) -> None:
        """Look for the unknown jobs whose time has come; another process takes others."""
        while due := await self._store.looks.take_due():
            accounts: defaultdict[str, list[Job]] = defaultdict(list)
            for job in due:
                accounts[job.account_id].append(job)
            for account_id, jobs in accounts.items():
                await self._look_up(await self._accounts.by_id(account_id), jobs)
            if len(due) < self._store.looks.looks.most:
                return

    async def _look_up(self, account: Account | None, jobs: list[Job]) -> None:
        """The jobs of one account. If Twilio does not answer, those that are left are due again later.

        What it did not answer before comes last, so that it keeps nothing else from being looked for.
        """
        if account is None or account.removed_at is not None:
            for job in jobs:
                await self._unproved.give_up(job, wording.ACCOUNT_GONE.format(account=job.account))
            return
        looks = await self._looks_for(account, jobs)
        for key in sorted(looks, key=lambda key: key in self._unanswered):
            try:
                await looks[key]()
                self._unanswered.discard(key)
            except RingbackError as error:
                log.warning("not_looked_up", account=account.name, jobs=len(jobs), error=words(error))
                if not _concerns_one(error):
                    self._remember(key)
                    return
            except Exception as error:  # noqa: BLE001 - an answer that cannot be read must not stop the others
                name = type(error).__name__
                log.error("not_looked_up", account=account.name, error=name)  # noqa: TRY400 - no texts

    async def _looks_for(self, account: Account, jobs: list[Job]) -> dict[Hashable, Look]:
        """One for each listing, and one for each job that is read."""
        groups: defaultdict[Group, list[Job]] = defaultdict(list)
        looks: dict[Hashable, Look] = {}
        for job in jobs:
            if can_be_read(job):
                looks[job.id] = partial(self._answered, [job], partial(self._readings.look, account, job))
            elif (group := _group(job)) is not None:
                groups[group].append(job)
            else:
                await self._unproved.give_up(job, wording.NO_PROOF.format(action=job.action))
        for group, members in groups.items():
            looks[group] = partial(self._look_for, account, group, members)
        return looks

    def _remember(self, key: Hashable) -> None:
        if len(self._unanswered) >= MOST_UNANSWERED:
            self._unanswered.clear()
        self._unanswered.add(key)

    async def _answered(self, jobs: list[Job], look: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Look for these. An answer that refuses, or cannot be read, counts as a look that found nothing."""
        try:
            return await look()
        except Refused as error:
            if _concerns_one(error):
                for job in jobs:
                    await self._unproved.unlisted(job, wording.REFUSED.format(answer=words(error)))
            raise
        except RingbackError:
            raise
        except Exception:
            for job in jobs:
                await self._unproved.unlisted(job, wording.UNREADABLE)
            raise

    async def _look_for(self, account: Account, group: Group, jobs: list[Job]) -> None:
        looked = await self._answered(jobs, partial(self._look, group, jobs, WHO))
        for job in jobs:
            if not looked.settles(job.id) and job.id not in looked.undecided:
                await self._unproved.seen(job, looked.seen_by(job.id), account.not_found_means)

    async def _account_of(self, job: Job) -> Account:
        account = await self._accounts.by_id(job.account_id)
        if account is None or account.removed_at is not None:
            raise Conflict(f"The account {job.account} was removed. Settle the job once you know.")
        return account

    async def _look(self, group: Group, jobs: list[Job], who: str) -> wording.Looked:
        """List once, then settle every unknown job that the list proves."""
        account = await self._account_of(jobs[0])
        ahead = await self._accounts.world_time(account) - self._clock()
        search = await self._search(account, group, jobs, ahead)
        lookup = LOOKUPS[group.proof]
        found = {one.sid: one async for one in lookup.listed(search)}
        # Read after the list: whoever made something before it is in the ledger, with it or running still.
        owners = await self._owners(group, found.values(), jobs)
        asked = {owner.job.id: _inputs(owner.job) for owner in owners}
        fitting = await self._fitting(account, lookup, asked, found)
        in_time = {
            owner.job.id: [one for one in fitting[owner.job.id] if self._in_time(owner, one, ahead)]
            for owner in owners
        }
        contested = {
            one.sid for name, ones in in_time.items() for one in ones if lookup.doubtful(asked[name], one)
        }
        edges = {
            name: [one.sid for one in ones if one.sid not in contested] for name, ones in in_time.items()
        }
        running = frozenset(owner.job.id for owner in owners if owner.job.state is State.RUNNING)
        judged = judge(edges, running)
        # Jobs of the same account under another name count, and are settled when they are looked for.
        for job in [owner.job for owner in owners if owner.job.account_id == account.id]:
            if job.state is State.UNKNOWN and (sid := judged.proved.get(job.id)) is not None:
                await self._settle(search, lookup, job, found[sid], who)
        taken = set(judged.proved.values())
        near = {
            name: sum(one.sid not in taken for one in ones)
            for name, ones in fitting.items()
            if not edges[name]
        }
        at_hand = {one.sid for name in running for one in in_time[name]}
        beside = {name for name, ones in in_time.items() if any(one.sid in at_hand for one in ones)}
        undecided = judged.undecided | (beside - judged.proved.keys())
        return wording.Looked(what=lookup.what, judged=judged, near=near, undecided=undecided)

    async def _fitting(
        self, account: Account, lookup: Lookup, asked: dict[str, Inputs], found: dict[str, Found]
    ) -> dict[str, list[Found]]:
        """What of all that no job has claimed looks like each owner's, in the order of time."""
        by_time = list(reversed(found.values()))  # lists begin with the newest, and dates have whole seconds
        by_time.sort(key=lambda one: one.made_at)
        fitting = {
            name: [one for one in by_time if lookup.fits(inputs, one)] for name, inputs in asked.items()
        }
        sids = sorted({one.sid for ones in fitting.values() for one in ones})
        free = await self._store.looks.unclaimed(account.id, sids)
        return {name: [one for one in ones if one.sid in free] for name, ones in fitting.items()}

    async def _search(self, account: Account, group: Group, jobs: list[Job], ahead: int) -> Search:
        began = await self._began(group, jobs)
        return Search(
            account=account,
            twilio=await self._accounts.open(account),
            place=group.place,
            # The try began by our clock; Twilio's dates, and a simulator's above all, follow another.
            since=began + ahead - (self._store.looks.looks.doubt if account.base_url is None else TURNED),
            guard=self._verifications,
            verifications=self._store.verifications,
            clock=self._clock,
        )

    async def _began(self, group: Group, jobs: list[Job]) -> int:
        """When the first of these tries began, or of others before that may have made the same."""
        owners = await self._store.looks.owners(group.account_id, jobs[0].recipient)
        ids = {job.id for job in jobs}
        began = min((owner.started_at for owner in owners if owner.job.id in ids), default=self._clock())
        for owner in sorted(owners, key=lambda owner: -owner.started_at):
            if self._until(owner) >= began and _proof_of(owner.job) is group.proof:
                began = min(began, owner.started_at)
        return began

    def _until(self, owner: Owner) -> int:
        ended_at = owner.ended_at if owner.ended_at is not None else self._clock()
        # It began by the database's clock and ended by a machine's, which may be far behind.
        return max(ended_at, owner.started_at) + self._store.looks.looks.late

    async def _owners(self, group: Group, found: Iterable[Found], jobs: list[Job]) -> list[Owner]:
        """All that may have made what was found, however they name the one it went to."""
        recipients = {job.recipient for job in jobs} | {one.to for one in found}
        if group.proof is Proof.APPROVAL:
            recipients.add(None)  # a check may name its verification alone
        known = [
            owner
            for recipient in recipients
            for owner in await self._store.looks.owners(group.account_id, recipient)
        ]
        mine = [owner for owner in known if _proof_of(owner.job) is group.proof]
        return sorted(mine, key=lambda owner: (owner.started_at, owner.job.id))

    def _in_time(self, owner: Owner, found: Found, ahead: int) -> bool:
        began = owner.started_at - self._store.looks.looks.early
        return began <= found.made_at - ahead <= self._until(owner)

    async def _settle(self, search: Search, lookup: Lookup, job: Job, found: Found, who: str) -> None:
        if lookup.kept is not None:
            await lookup.kept(search, job, found)
        told = lookup.told(find(job.action).result, found).model_dump(mode="json")
        ending = lookup.ending(found, orjson.dumps(told | MATCHED_BY).decode(), self._clock())
        text = f"Its {lookup.what} was found at Twilio and matched by listing: {found.sid}."
        detail = {"message": text, "sid": found.sid, **MATCHED_BY}
        try:
            await self._store.outcomes.settle(place_of(job), ending, who, self._clock(), **detail)
        except Conflict as taken:  # by another process, at this very moment
            log.info("match_taken", job=job.id, error=taken.message)


def _concerns_one(error: RingbackError) -> bool:
    """Whether Twilio may answer the next look all the same: it refused this one, but not who asked."""
    return isinstance(error, Refused) and error.fault.http_status != UNAUTHORIZED


def _proof_of(job: Job) -> Proof | None:
    try:
        return find(job.action).proof
    except NotFound:
        return None  # written by a version that had this action


def _group(job: Job) -> Group | None:
    proof = _proof_of(job)
    return Group(job.account_id, proof, LOOKUPS[proof].place(_inputs(job))) if proof is not None else None


def _inputs(job: Job) -> Inputs:
    inputs: Inputs = orjson.loads(job.input)
    return inputs
