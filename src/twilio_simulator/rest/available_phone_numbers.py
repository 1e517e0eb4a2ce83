"""Numbers that can be bought: a small fictional stock of three countries."""

import re
from itertools import islice
from typing import Any

from twilio_simulator.exchange import Reply
from twilio_simulator.rest.call import Call, Handler, json_reply
from twilio_simulator.world.number_stock import COUNTRIES, KINDS, stock
from twilio_simulator.world.numbers import friendly

DEFAULT_ROWS, MOST_ROWS = 30, 1000
PATHS = {"local": "Local", "mobile": "Mobile", "tollfree": "TollFree"}
KEYS = {"local": "local", "mobile": "mobile", "tollfree": "toll_free"}
LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def _country(call: Call, code: str) -> dict[str, Any]:
    path = f"/2010-04-01/Accounts/{call.account.sid}/AvailablePhoneNumbers/{code}"
    return {
        "country_code": code,
        "country": COUNTRIES[code],
        "uri": f"{path}.json",
        "beta": False,
        "subresource_uris": {KEYS[kind]: f"{path}/{PATHS[kind]}.json" for kind in KINDS[code]},
    }


def list_countries(call: Call) -> Reply:
    """The countries of the stock."""
    uri = f"/2010-04-01/Accounts/{call.account.sid}/AvailablePhoneNumbers.json"
    return json_reply(200, {"countries": [_country(call, code) for code in COUNTRIES], "uri": uri})


def fetch_country(call: Call) -> Reply:
    """One country."""
    if call.path["CountryCode"] not in COUNTRIES:
        raise call.missing()
    return json_reply(200, _country(call, call.path["CountryCode"]))


def _fits(number: str, pattern: str) -> bool:
    """Digits and letters of the keypad as they are, `*` for any digit; anywhere in the number."""
    text = re.escape(pattern.upper().translate(LETTERS)).replace(r"\*", r"\d").replace(r"\+", r"\+?")
    return re.search(text, number) is not None


def _row(number: str, country: str) -> dict[str, Any]:
    return {
        "friendly_name": friendly(number),
        "phone_number": number,
        "lata": None,
        "locality": None,
        "rate_center": None,
        "latitude": None,
        "longitude": None,
        "region": None,
        "postal_code": None,
        "iso_country": country,
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": country != "GB"},
    }


def _list(kind: str) -> Handler:
    def list_numbers(call: Call) -> Reply:
        """Filtered by area code and pattern; no pages, PageSize says how many."""
        country, asked = call.path["CountryCode"], call.request.asked
        if kind not in KINDS.get(country, ()):
            raise call.missing()
        size = asked("PageSize") or ""
        most = min(int(size[:9]), MOST_ROWS) if size.isdecimal() else DEFAULT_ROWS
        no_mms = country == "GB" and asked("MmsEnabled") == "true"
        pattern = asked("Contains") or ""
        free = () if no_mms else stock(call.world, country, kind, asked("AreaCode") or None)
        rows = [_row(one, country) for one in islice((n for n in free if _fits(n, pattern)), most)]
        query = f"?{call.request.query_string}" if call.request.query_string else ""
        return json_reply(200, {"available_phone_numbers": rows, "uri": call.request.path + query})

    return list_numbers


HANDLERS: dict[str, Handler] = {
    "api.ListAvailablePhoneNumberCountry": list_countries,
    "api.FetchAvailablePhoneNumberCountry": fetch_country,
    **{f"api.ListAvailablePhoneNumber{path}": _list(kind) for kind, path in PATHS.items()},
}
