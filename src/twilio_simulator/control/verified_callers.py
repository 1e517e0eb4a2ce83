"""How many verified numbers a trial may have, and how many trials one number."""

from twilio_simulator.control.fields import Fields
from twilio_simulator.world.state import World
from twilio_simulator.world.trial_schemes import SCHEMES


def check_verified(fields: Fields, world: World, ruleset: str, wanted: list[str], present: int) -> None:
    """Note what the trial's scheme does not allow: in that of 2026, five numbers, each in three accounts."""
    scheme = SCHEMES[ruleset]
    if scheme.most_verified is not None and present + len(wanted) > scheme.most_verified:
        cause = f"would be more than the {scheme.most_verified} verified numbers of a trial of {ruleset}"
        fields.wrong("verified_callers", cause, "Give fewer, or set the account's type to Full.")
    for number in wanted:
        if scheme.most_accounts is not None and _trials_with(world, number) >= scheme.most_accounts:
            cause = f"{number} is verified in {scheme.most_accounts} trials already"
            fields.wrong("verified_callers", cause, "Take another number, or upgrade one of those accounts.")


def _trials_with(world: World, number: str) -> int:
    return sum(
        any(one.number == number for one in account.caller_ids.values())
        for account in world.accounts.values()
        if account.type == "Trial" and SCHEMES[account.ruleset].most_accounts is not None
    )
