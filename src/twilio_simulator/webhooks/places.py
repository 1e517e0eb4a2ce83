"""Where a North American number is at home, as inbound webhooks tell; a small part of the plan."""

from twilio_simulator.countries import country

# Area code: city, state, one of its postal codes.
_AREAS = {
    "201": ("JERSEY CITY", "NJ", "07302"),
    "202": ("WASHINGTON", "DC", "20001"),
    "206": ("SEATTLE", "WA", "98101"),
    "212": ("NEW YORK", "NY", "10001"),
    "213": ("LOS ANGELES", "CA", "90012"),
    "214": ("DALLAS", "TX", "75201"),
    "215": ("PHILADELPHIA", "PA", "19103"),
    "216": ("CLEVELAND", "OH", "44114"),
    "310": ("BEVERLY HILLS", "CA", "90210"),
    "312": ("CHICAGO", "IL", "60601"),
    "404": ("ATLANTA", "GA", "30303"),
    "415": ("SAN FRANCISCO", "CA", "94103"),
    "512": ("AUSTIN", "TX", "78701"),
    "617": ("BOSTON", "MA", "02108"),
    "702": ("LAS VEGAS", "NV", "89101"),
    "713": ("HOUSTON", "TX", "77002"),
}


def place(number: str, side: str) -> list[tuple[str, str]]:
    """City, State, Zip and Country of one side (`From`, `To`); blank where nothing is known."""
    area = number[2:5] if number.startswith("+1") else ""
    city, state, postal = _AREAS.get(area, ("", "", ""))
    values = (city, state, postal, country(number))
    return [
        (side + part, value) for part, value in zip(("City", "State", "Zip", "Country"), values, strict=True)
    ]
