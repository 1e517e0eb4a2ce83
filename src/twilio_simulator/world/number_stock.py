"""Numbers for rent: only such as are set aside for fiction, by country and kind."""

from collections.abc import Iterator

from twilio_simulator.addresses import SANDBOX
from twilio_simulator.world.numbers import TOLL_FREE
from twilio_simulator.world.state import AREAS, World

CANADIAN_AREAS = ("416", "514", "604")
COUNTRIES = {"US": "United States", "CA": "Canada", "GB": "United Kingdom"}
KINDS = {"US": ("local", "tollfree"), "CA": ("local", "tollfree"), "GB": ("local", "mobile")}
_BRITISH = {"local": "+4420794600", "mobile": "+4477009000"}
"""Ofcom's numbers for drama: 020 7946 0000 to 0999 and 07700 900000 to 900999."""
HUNDRED = 100


def _all(country: str, kind: str) -> Iterator[str]:
    if country == "GB":
        start = _BRITISH.get(kind)
        if start is not None:
            yield from (f"{start}{last:02d}" for last in range(HUNDRED))
        return
    areas = {"local": CANADIAN_AREAS if country == "CA" else AREAS, "tollfree": sorted(TOLL_FREE)}
    for area in areas.get(kind, ()):
        yield from (f"+1{area}55501{last:02d}" for last in range(HUNDRED))


def stock(world: World, country: str, kind: str, area: str | None = None) -> Iterator[str]:
    """Those that nobody rents."""
    for number in _all(country, kind):
        if area is not None and number[2:5] != area:
            continue
        if number not in world.numbers and number not in world.whatsapp_owners and number != SANDBOX:
            yield number
