"""An account leaves with all that is its own: tokens, numbers, what is under way, what it was told."""

from collections.abc import Iterator

from twilio_simulator.webhooks.sender import WebhookSender
from twilio_simulator.world.account import Account
from twilio_simulator.world.state import World


def subjects(account: Account, webhooks: WebhookSender) -> set[str]:
    """What events about this account are about."""
    verifications = (sid for one in account.verify_services.values() for sid in one.verifications)
    validations = (one.call_sid for one in account.validations.values())
    own = (one.id for one in webhooks.kept.values() if one.account_sid == account.sid)
    return {*account.messages, *account.every_call(), *verifications, *own, *validations}


def family(world: World, account: Account) -> list[Account]:
    """The account and the subaccounts that it made, which do not outlive it."""
    return [account, *(one for one in world.accounts.values() if one.owner_sid == account.sid)]


def leave(world: World, webhooks: WebhookSender, account: Account) -> None:
    """Take an account and its subaccounts out of the world; their numbers are free again."""
    for one in family(world, account):
        world.clock.call_off(subjects(one, webhooks))
        webhooks.forget(one.sid)
        world.forget_tokens(one)
        for number in one.numbers:
            world.numbers.pop(number, None)
        for sender in one.whatsapp_senders:
            world.whatsapp_owners.pop(sender, None)
        world.alerts.clear(one.sid)
        del world.accounts[one.sid]
        world.log.note("account.removed", one.sid, one.sid)


def make_room(world: World, webhooks: WebhookSender, parent: str = "") -> None:
    """Before one more account comes: the oldest leave, but for the first of all and the parent named."""
    while len(world.accounts) >= world.most_accounts:
        going = next(_removable(world, {next(iter(world.accounts)), parent}), None)
        if going is None:
            return
        leave(world, webhooks, going)


def _removable(world: World, staying: set[str]) -> Iterator[Account]:
    owners = {one.owner_sid for one in world.accounts.values()}
    return (one for one in world.accounts.values() if one.sid not in staying | owners)
