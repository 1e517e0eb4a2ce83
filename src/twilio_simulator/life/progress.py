"""How a message moves on: at once, on the clock, or when told to."""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import cast

from twilio_simulator.addresses import address
from twilio_simulator.clock import MINUTE, SECOND, Due
from twilio_simulator.ledger import late_text
from twilio_simulator.life.legacy_templates import warn
from twilio_simulator.life.limits import barred
from twilio_simulator.life.outcomes import Ending, ending
from twilio_simulator.life.queues import longest_queue, seconds_each, take_turn, wait_in_queue
from twilio_simulator.life.senders import fitting, picked_sender
from twilio_simulator.segments import segments
from twilio_simulator.world.account import KEPT_MESSAGES, Account
from twilio_simulator.world.fate import Fate
from twilio_simulator.world.handset import Handset, Shown
from twilio_simulator.world.message import NEXT, Message, Status
from twilio_simulator.world.state import World

# Milliseconds that a message stays in a status: short, in the order that live messages show.
DELAYS = {"accepted": 100, "queued": 150, "sending": 150, "sent": 600, "delivered": 1500}
JITTER = 0.2
MOST_UNFINISHED = 2 * KEPT_MESSAGES
CROWD = 500
"""So many at a time, since it takes a look at all that is to come."""
PRICE_DELAY, FILES_AT_LAST = 3 * SECOND, MINUTE
SEGMENT_PRICE, WHATSAPP_PRICE = 7_900, 5_000
"""Millionths of a dollar, of the order of Twilio's US list prices."""
SILENT = frozenset({"accepted", "scheduled"})

Announce = Callable[[Account, Message], None]


class Progress:
    """Moves messages of one world; `announce` is told of each change that has a status callback."""

    def __init__(self, world: World, announce: Announce) -> None:
        self._world = world
        self._announce = announce
        self.fate: Fate | None = None
        """What the fault book has in store for the next message that begins."""
        self.delivered: Callable[[Message], None] | None = None
        """Who else is told of a message that reached its number."""
        self.fetch_files: Callable[[Account, Message, Due], None] | None = None
        """Looks at a message's files first, and then lets it set out."""

    def begin(self, account: Account, message: Message) -> None:
        """A message was created: let it move as its mode says."""
        if self.fate is not None:
            message.fate, self.fate = self.fate, None
        if len(account.messages) > MOST_UNFINISHED:
            self._crowd_out(account)
        if message.status == "scheduled":
            self._await(account, message)
            return
        if not message.media or self.fetch_files is None:
            self._set_out(account, message)
            return
        # A snapshot keeps no fetching: what it finds under way sets out by itself, unchecked.
        due = self._world.clock.after(
            FILES_AT_LAST, "message.files", message.sid, partial(self._set_out, account, message)
        )
        self.fetch_files(account, message, due)

    def _set_out(self, account: Account, message: Message) -> None:
        if message.mode == "timed":
            self._schedule(account, message)
        elif message.mode == "immediate":
            while (step := self._next_step(account, message)) is not None:
                self.move(account, message, step)

    def _crowd_out(self, account: Account) -> None:
        """Too many that never finish: the oldest are forgotten, with what was to become of them."""
        going = list(islice(account.messages, CROWD))
        for sid in going:
            del account.messages[sid]
        self._world.clock.call_off(set(going))

    def _await(self, account: Account, message: Message) -> None:
        if message.send_at is not None and message.mode != "manual":
            wait = message.send_at - self._world.clock.now()
            self._world.clock.after(
                wait, "message.scheduled", message.sid, partial(self._dispatch, account, message)
            )

    def _dispatch(self, account: Account, message: Message) -> None:
        """SendAt has come: what was not checked at the create is checked now."""
        if message.status == "scheduled" and account.messages.get(message.sid) is message:
            self.move(account, message, self._admission(account, message))
            self.begin(account, message)

    def move(self, account: Account, message: Message, to: Ending) -> None:
        """Take one step; whether it is possible was asked before."""
        now = self._world.clock.now()
        if to.status == "queued":
            self._pick_sender(account, message)
        message.status, message.updated = to.status, now
        message.timeline.append((to.status, now))
        if to.code is not None:
            message.error_code, message.error_message = to.code, late_text(to.code)
        if to.status == "sent":
            message.sent = now
        self._world.log.note("message.status", account.sid, message.sid, status=to.status, error=to.code)
        self._consequences(account, message)

    def _consequences(self, account: Account, message: Message) -> None:
        if message.status == "delivered":
            show(self._world.handsets.get(address(message.to).number), message)
            if self.delivered is not None:
                self.delivered(message)
        if message.status == "sent" and self._world.rules.body_matches_template:
            warn(self._world, account, message)
        fate = message.fate
        if fate is not None and fate.late_ms and message.status == "undelivered":
            self._world.clock.after(
                fate.late_ms, "message.late", message.sid, partial(self._arrive_late, account, message)
            )
        if message.finished and message.status != "read":
            account.ended.append(message.sid)
            if message.status != "failed":
                self._price_later(account, message)
        if message.callback and (message.status != "sending" or self._world.rules.callback_for_sending):
            self._announce(account, message)

    def _arrive_late(self, account: Account, message: Message) -> None:
        """A carrier's second receipt contradicts the first."""
        message.fate, message.error_code, message.error_message = None, None, None
        self.move(account, message, Ending("delivered"))

    def switch_on(self, handset: Handset) -> None:
        """A handset that was off for a while is on again, unless something else became of it."""
        if handset.state == "off":
            handset.state = "reachable"
            self.woken(handset)

    def woken(self, handset: Handset) -> None:
        """The handset is on again: what waited for it arrives."""
        waiting, handset.waiting = handset.waiting, []
        for sid in waiting:
            message = self._world.message(sid)
            if message is not None and message.status == "sent":
                self._schedule(self._world.accounts[message.account_sid], message)

    def _schedule(self, account: Account, message: Message) -> None:
        delay = DELAYS.get(message.status)
        if delay is None or (message.status == "delivered" and not message.to.startswith("whatsapp:")):
            return
        if message.status == "queued":
            seconds = seconds_each(account, message, self._world.rules)
            if seconds is not None:
                self._enqueue(account, message, seconds)
                return
        spread = 1 + JITTER * (2 * self._world.sids.stream("jitter").random() - 1)
        self._world.clock.after(
            max(1, round(delay * spread / message.speed)),
            "message.progress",
            message.sid,
            partial(self._step, account, message),
        )

    def _enqueue(self, account: Account, message: Message, seconds: float) -> None:
        """Wait for the sender to get to it: too long a queue overflows, too long a wait expires."""
        now = self._world.clock.now()
        wait = wait_in_queue(account, message, now)
        if message.service_sid is not None and wait > longest_queue(message.sender or ""):
            self.move(account, message, Ending("failed", 30001))
            return
        if wait > message.validity:
            self._world.clock.after(
                message.validity, "message.expires", message.sid, partial(self._expire, account, message)
            )
            return
        take_turn(account, message, now + wait, seconds)
        delay = wait + max(1, round(DELAYS["queued"] / message.speed))
        self._world.clock.after(delay, "message.progress", message.sid, partial(self._step, account, message))

    def _expire(self, account: Account, message: Message) -> None:
        if message.status == "queued":
            self.move(account, message, Ending("failed", 30036))

    def _step(self, account: Account, message: Message) -> None:
        if message.mode != "manual" and self.step(account, message):
            self._schedule(account, message)

    def step(self, account: Account, message: Message) -> bool:
        """Take the next step now, if there is one."""
        ahead = self._next_step(account, message)
        if ahead is not None:
            self.move(account, message, ahead)
        return ahead is not None

    def fetched(self, account: Account, message: Message) -> None:
        """A client looked at a message that moves by hand: as often as the account says, that moves it."""
        message.fetches += 1
        every = account.settings.fetches_per_step
        if every is not None and message.fetches % every == 0:
            self.step(account, message)

    def _next_step(self, account: Account, message: Message) -> Ending | None:
        """The status that follows, given how the handset would take the message now."""
        if message.fate is not None:
            if message.status == message.fate.stuck_at:
                return None
            if message.status == message.fate.at:
                return Ending(cast("Status", message.fate.status), message.fate.code)
        if message.status == "accepted":
            return self._admission(account, message)
        if message.status == "scheduled" or (message.finished and message.status != "delivered"):
            return None
        handset = self._world.handsets.get(address(message.to).number)
        end = barred(self._world, account, message) or ending(
            account, message, handset, self._world.rules, self._world.clock.now()
        )
        return self._towards(end, message, handset)

    @staticmethod
    def _admission(account: Account, message: Message) -> Ending:
        """Whether a Messaging Service takes the message on, which is decided late."""
        if account.opt_outs and account.opt_outs.holds(message.sender, message.service_sid, message.to):
            return Ending("failed", 21610)
        service = account.messaging_services.get(message.service_sid or "")
        if service is None or (message.sender is None and not fitting(account, service, message.to)):
            return Ending("failed", 21703)
        overfull = account.settings.full_queues
        return Ending("failed", 30001) if service.sid in overfull else Ending("queued")

    def _towards(self, end: Ending, message: Message, handset: Handset) -> Ending | None:
        status, whatsapp = message.status, message.to.startswith("whatsapp:")
        if status == "delivered":
            return end if end.status == "read" else None
        if status == "queued":
            # Channels refuse before anything was sent; WhatsApp has no `sending`.
            if end.code is not None and (whatsapp or end.status == "failed"):
                return end
            return Ending("sent" if whatsapp else "sending")
        if status == "sending":
            return Ending("sent")
        if end.status == "sent":
            handset.waiting.append(message.sid)
            if len(handset.waiting) > 2 * MOST_UNFINISHED:
                del handset.waiting[:MOST_UNFINISHED]
            return None
        return Ending("delivered") if end.status == "read" else end

    def _pick_sender(self, account: Account, message: Message) -> None:
        service = account.messaging_services.get(message.service_sid or "")
        if message.sender is None and service is not None:
            message.sender = picked_sender(account, service, message.to)
        if message.num_segments == 0:
            whole = message.media or message.to.startswith("whatsapp:")
            message.num_segments = 1 if whole else segments(message.body)

    def _price_later(self, account: Account, message: Message) -> None:
        if message.mode == "timed":
            delay = max(1, round(PRICE_DELAY / message.speed))
            self._world.clock.after(
                delay, "message.price", message.sid, partial(self._charge, account, message)
            )
        else:
            self._charge(account, message)

    def _charge(self, account: Account, message: Message) -> None:
        whatsapp = message.to.startswith("whatsapp:")
        micros = WHATSAPP_PRICE if whatsapp else SEGMENT_PRICE * message.num_segments
        message.price = f"-{micros / 1_000_000:.5f}"
        self._world.payer(account).balance_micros -= micros


def show(handset: Handset, message: Message) -> None:
    """The message appears on the handset."""
    to = address(message.to)
    handset.screen.append(
        Shown(
            at=message.updated,
            channel=to.channel,
            direction="in",
            peer=message.sender or "",
            body=message.body,
            account_sid=message.account_sid,
            sid=message.sid,
            media=tuple(one.url for one in message.media),
            content=message.content,
        )
    )


def may_follow(now: Status, then: Status) -> bool:
    """Whether Twilio's table of transitions has this step."""
    return then in NEXT.get(now, frozenset())
