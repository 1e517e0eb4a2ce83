"""A call that comes in on one of our numbers."""

from twilio_simulator.world.account import Account
from twilio_simulator.world.numbers import Number
from twilio_simulator.world.phone_call import CallPlan, PhoneCall
from twilio_simulator.world.state import World


def inbound_call(world: World, account: Account, number: Number, caller: str) -> PhoneCall:
    """The call as the number's account sees it; it has not begun."""
    now = world.clock.now()
    plan = CallPlan(
        callback=number.setting("status_callback") or None,
        callback_method=number.setting("status_callback_method"),
    )
    return PhoneCall(
        sid=world.sids.new("CA"),
        account_sid=account.sid,
        to=number.number,
        sender=caller,
        direction="inbound",
        created=now,
        updated=now,
        plan=plan,
        number_sid=number.sid,
        speed=account.settings.speed,
    )
