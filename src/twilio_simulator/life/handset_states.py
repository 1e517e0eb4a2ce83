"""Handsets that change their state by themselves."""

from functools import partial

from twilio_simulator.life.progress import Progress
from twilio_simulator.world.handset import Handset
from twilio_simulator.world.state import World


def switch_off(world: World, progress: Progress, handset: Handset, delay: int) -> None:
    """The phone is off for `delay` milliseconds; what waits for it arrives then."""
    handset.state = "off"
    world.clock.after(delay, "handset.on", handset.number, partial(progress.switch_on, handset))
