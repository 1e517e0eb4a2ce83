"""Lookup v2: what a number is, and what is known of the phone behind it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from twilio_simulator.exchange import Reply
from twilio_simulator.ledger import RefusalError
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.world.carriers import carrier_of
from twilio_simulator.world.handset import Handset

PACKAGES = (
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "line_type_intelligence",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
)
NOT_MADE_UP = 60600
"""`error_code` of packages about people, of whom the simulator knows nothing: out of coverage."""
Package = Callable[[Handset], dict[str, Any]]


class Parsed(NamedTuple):
    """A number as libphonenumber reads it."""

    e164: str
    calling_code: str | None
    region: str | None
    national: str | None
    errors: tuple[str, ...]


@lru_cache(maxsize=1024)
def parsed(text: str, region: str) -> Parsed:
    """Read a number in E.164 form or as it is dialled in `region`."""
    import phonenumbers  # noqa: PLC0415 - 30 ms that only lookups need

    try:
        number = phonenumbers.parse(text, None if text.startswith("+") else region)
    except phonenumbers.NumberParseException as error:
        kinds = {error.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE", error.TOO_SHORT_NSN: "TOO_SHORT"}
        kinds |= {error.TOO_SHORT_AFTER_IDD: "TOO_SHORT", error.TOO_LONG: "TOO_LONG"}
        return Parsed(text, None, None, None, (kinds.get(error.error_type, "NOT_A_NUMBER"),))
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        place = phonenumbers.region_code_for_number(number)
        return Parsed(e164, str(number.country_code), place, national, ())
    reasons = phonenumbers.ValidationResult
    words = {
        reasons.TOO_SHORT: "TOO_SHORT",
        reasons.TOO_LONG: "TOO_LONG",
        reasons.INVALID_LENGTH: "INVALID_LENGTH",
        reasons.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    }
    word = words.get(phonenumbers.is_possible_number_with_reason(number), "INVALID_BUT_POSSIBLE")
    return Parsed(e164, None, None, None, (word,))


def _line_type(handset: Handset) -> dict[str, Any]:
    carrier = carrier_of(handset)
    return {
        "error_code": None,
        "mobile_country_code": carrier.mcc,
        "mobile_network_code": carrier.mnc,
        "carrier_name": carrier.name,
        "type": carrier.kind,
    }


def _sim_swap(handset: Handset) -> dict[str, Any]:
    carrier = carrier_of(handset)
    return {
        "last_sim_swap": {
            "last_sim_swap_date": None,
            "swapped_period": "PT24H",
            "swapped_in_period": False,
        },
        "carrier_name": carrier.name,
        "mobile_country_code": carrier.mcc,
        "mobile_network_code": carrier.mnc,
        "error_code": None,
    }


def _pumping(handset: Handset) -> dict[str, Any]:
    blocked = handset.state == "spam_filtered"
    return {
        "carrier_risk_category": "high" if blocked else "low",
        "number_blocked": blocked,
        "number_blocked_date": None,
        "number_blocked_last_3_months": None,
        "sms_pumping_risk_score": 90 if blocked else 10,
        "error_code": None,
    }


_MATCHED = ("first_name", "last_name", "address_lines", "city", "state", "postal_code", "address_country")
_SCORES = ("carrier_risk", "disposable_phone_risk", "velocity_risk", "quality")


def _identity(_: Handset) -> dict[str, Any]:
    matches = {f"{name}_match": "no_data_available" for name in (*_MATCHED, "national_id", "date_of_birth")}
    return {**matches, "summary_score": 0, "error_code": NOT_MADE_UP, "error_message": "Out of coverage"}


def _quality(_: Handset) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for name in _SCORES:
        scores |= {f"{name}_score": 10, f"{name}_category": "low"}
    return {**scores, "error_code": None}


def _pre_fill(_: Handset) -> dict[str, Any]:
    names = ("first_name", "last_name", "address_line", "country_code", "state", "postal_code")
    return {**dict.fromkeys(names), "error_code": NOT_MADE_UP}


_MADE: dict[str, Package] = {
    "line_type_intelligence": _line_type,
    "caller_name": lambda _: {"caller_name": None, "caller_type": "UNDETERMINED", "error_code": None},
    "sim_swap": _sim_swap,
    "call_forwarding": lambda _: {"call_forwarding_enabled": False, "error_code": None},
    "line_status": lambda phone: {
        "status": "unreachable" if phone.state in ("off", "unreachable_carrier") else "active",
        "error_code": None,
    },
    "identity_match": _identity,
    "reassigned_number": lambda _: {
        "last_verified_date": None,
        "is_number_reassigned": "no_data_available",
        "error_code": None,
    },
    "sms_pumping_risk": _pumping,
    "phone_number_quality_score": _quality,
    "pre_fill": _pre_fill,
}


def fetch_number(call: Call) -> Reply:
    """Always 200 for what looks like a number; packages are null unless they are asked for."""
    text = unquote(call.path["PhoneNumber"])
    if not any(character.isdigit() for character in text):
        raise RefusalError(20404, path=call.request.path)
    wanted = {one.strip() for one in (call.request.asked("Fields") or "").split(",") if one.strip()}
    unknown = wanted - {*PACKAGES, "validation"}
    if unknown:
        raise RefusalError(20422, problem=f"Invalid value for 'Fields': {min(unknown)}")
    one = parsed(text, (call.request.asked("CountryCode") or "US").upper())
    handset = call.world.handsets.get(one.e164) if not one.errors else None
    return json_reply(
        200,
        {
            "calling_country_code": one.calling_code,
            "country_code": one.region,
            "phone_number": one.e164,
            "national_format": one.national,
            "valid": not one.errors,
            "validation_errors": list(one.errors) or None,
            **{
                name: _MADE[name](handset) if name in wanted and handset is not None else None
                for name in PACKAGES
            },
            "url": f"{call.request.address}/v2/PhoneNumbers/{one.e164}",
        },
    )


HANDLERS: dict[str, Handler] = {"lookups.FetchPhoneNumber": fetch_number}
