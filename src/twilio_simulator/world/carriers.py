"""The carrier behind a phone, made up from what kind of phone it is."""

from typing import NamedTuple

from twilio_simulator.world.handset import Handset
from twilio_simulator.world.numbers import line_type


class Carrier(NamedTuple):
    """As Lookup and Verify tell it; `kind` is Lookup's line type."""

    kind: str
    name: str | None
    mcc: str | None
    mnc: str | None


# 001 is the mobile country code that the ITU set aside for tests (E.212).
_CARRIERS = {
    "mobile": Carrier("mobile", "Simulated Mobile", "001", "01"),
    "landline": Carrier("landline", "Simulated Telephone Company", None, None),
    "voip": Carrier("nonFixedVoip", "Simulated Internet Telephony", None, None),
}


def carrier_of(handset: Handset) -> Carrier:
    """The carrier of a handset; North American toll-free numbers have a type of their own."""
    if line_type(handset.number) == "tollfree":
        return Carrier("tollFree", "Simulated Toll-Free", None, None)
    return _CARRIERS[handset.kind]


def lookup_part(handset: Handset) -> dict[str, object]:
    """What a verification's `lookup` holds (older names: type `voip`)."""
    one = carrier_of(handset)
    return {
        "carrier": {
            "mobile_country_code": one.mcc,
            "type": "voip" if one.kind == "nonFixedVoip" else one.kind,
            "error_code": None,
            "mobile_network_code": one.mnc,
            "name": one.name,
        }
    }
