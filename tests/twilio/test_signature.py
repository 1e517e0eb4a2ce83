"""Signatures: Twilio's published vectors, the official validator where it is right, and what may not pass."""

import hashlib
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from ringback.twilio.signature import sign, valid, valid_json

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
ELSEWHERE = [(name, value.replace("5309", "5310")) for name, value in CALL]
REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]

names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)
forms = st.lists(st.tuples(names, st.text(max_size=6)), max_size=5)
tokens = st.text("0123456789abcdef", min_size=4, max_size=8)


# Vectors of Twilio's own tests (twilio-python) and of its page usage/security.
@pytest.mark.parametrize(
    ("url", "parameters", "signature"),
    [
        (URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://example.com/myapp.php?foo=1&bar=2", ELSEWHERE, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (URL, REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    ],
)
def test_twilios_own_vectors(url: str, parameters: list[tuple[str, str]], signature: str) -> None:
    assert sign(TOKEN, url, parameters) == signature
    assert valid(signature, url, parameters, [TOKEN])


def test_the_order_of_parameters_does_not_matter() -> None:
    assert sign(TOKEN, URL, reversed(REPEATED)) == sign(TOKEN, URL, REPEATED)


def test_names_are_in_byte_order() -> None:
    # Capital letters come before small ones, and "SmsSid" before "SmsStatus".
    assert sign(TOKEN, "https://a.example/b", [("a", "1"), ("B", "2")]) == sign(
        TOKEN, "https://a.example/bB2a1", []
    )


def test_a_blank_value_counts() -> None:
    signature = sign(TOKEN, URL, [("Body", ""), ("To", "+1")])

    assert valid(signature, URL, [("Body", ""), ("To", "+1")], [TOKEN])
    assert not valid(signature, URL, [("To", "+1")], [TOKEN])


SIGNED_AS = [
    ("https://hooks.example.com/status", "https://hooks.example.com/status"),
    ("https://hooks.example.com/status", "https://hooks.example.com:443/status"),
    ("https://hooks.example.com:443/status", "https://hooks.example.com/status"),
    ("https://hooks.example.com:8443/status", "https://hooks.example.com:8443/status"),
    ("https://hooks.example.com:8443/status", "https://hooks.example.com/status"),
    ("http://hooks.example.com/status", "http://hooks.example.com:80/status"),
    ("http://[::1]:8080/status?a=b", "http://[::1]:8080/status?a=b"),
    ("http://[::1]:8080/status?a=b", "http://[::1]/status?a=b"),
    ("http://[::1]/status", "http://[::1]:80/status"),
    ("https://user:pass@hooks.example.com/status", "https://hooks.example.com/status"),
    ("https://user:p@ss@hooks.example.com:8443/status", "https://hooks.example.com:8443/status"),
    ("https://hooks.example.com/status#rc=2&rp=all", "https://hooks.example.com/status"),
    ("https://hooks.example.com/a%2Fb%20c?to=%2b1@x:5", "https://hooks.example.com/a%2Fb%20c?to=%2b1@x:5"),
    ("https://hooks.example.com", "https://hooks.example.com"),
    ("https://hooks.example.com?a=1:2", "https://hooks.example.com:443?a=1:2"),
]


@pytest.mark.parametrize(("configured", "signed"), SIGNED_AS)
def test_both_rules_for_ports_are_accepted(configured: str, signed: str) -> None:
    assert valid(sign(TOKEN, signed, CALL), configured, CALL, [TOKEN])


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://hooks.example.com:8443/status", "https://hooks.example.com:443/status"),
        ("https://hooks.example.com/status", "http://hooks.example.com/status"),
        ("https://hooks.example.com/status", "https://hooks.example.com/status/"),
        ("https://hooks.example.com/status", "https://Hooks.example.com/status"),
        ("https://hooks.example.com/a%2fb", "https://hooks.example.com/a%2Fb"),
        ("https://hooks.example.com/status", "https://user:pass@hooks.example.com/status"),
        ("http://[::1]:8080/status", "http://[:80/status"),
    ],
)
def test_another_url_does_not_pass(configured: str, signed: str) -> None:
    assert not valid(sign(TOKEN, signed, CALL), configured, CALL, [TOKEN])


def test_any_of_the_tokens_may_have_signed_while_they_are_rotated() -> None:
    assert valid(sign("new", URL, CALL), URL, CALL, ["old", "new"])
    assert valid(sign("old", URL, CALL), URL, CALL, ["old", "new"])
    assert not valid(sign("third", URL, CALL), URL, CALL, ["old", "new"])
    assert not valid(sign("old", URL, CALL), URL, CALL, [])


@pytest.mark.parametrize("signature", ["", "x", "é" * 28, "\ud800", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "=" * 28])
def test_what_is_no_signature_does_not_pass(signature: str) -> None:
    assert not valid(signature, URL, CALL, [TOKEN])


def test_an_address_that_is_none_is_answered_with_no() -> None:
    assert not valid(sign(TOKEN, URL, CALL), "not a url", CALL, [TOKEN])


def test_half_a_character_is_answered_with_no() -> None:
    assert not valid(sign(TOKEN, URL, CALL), URL, [("Body", "\ud800")], [TOKEN])


BODY = b'{"property": "value", "boolean": true}'
HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


def test_a_json_body_is_held_to_its_hash() -> None:
    url = f"https://hooks.example.com/status?bodySHA256={HASH}"
    signature = sign(TOKEN, url, [])

    assert hashlib.sha256(BODY).hexdigest() == HASH
    assert valid_json(signature, url, BODY, [TOKEN])
    assert not valid_json(signature, url, BODY + b" ", [TOKEN])
    assert not valid_json(signature, url, BODY, ["other"])
    assert not valid_json(
        sign(TOKEN, "https://hooks.example.com/status", []), "https://hooks.example.com/status", BODY, [TOKEN]
    )
    assert RequestValidator(TOKEN).validate(url, BODY.decode(), signature)


@given(tokens, forms, st.data())
def test_tampering_with_any_parameter_is_noticed(
    token: str, form: list[tuple[str, str]], data: st.DataObject
) -> None:
    signature = sign(token, URL, form)
    other = data.draw(forms.filter(lambda drawn: message(drawn) != message(form)))

    assert valid(signature, URL, form, [token])
    assert not valid(signature, URL, other, [token])


def message(form: list[tuple[str, str]]) -> str:
    """What is signed; two forms with the same message are one to Twilio, too."""
    return "".join(name + value for name, value in sorted(set(form)))


@given(tokens, forms)
def test_another_token_does_not_pass(token: str, form: list[tuple[str, str]]) -> None:
    assert not valid(sign(token, URL, form), URL, form, [token + "0"])


@given(
    tokens,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.text(max_size=8).map(quote),
    st.dictionaries(names, st.text(max_size=6), max_size=4),
)
def test_the_official_validator_agrees(
    token: str, scheme: str, port: str, path: str, parameters: dict[str, str]
) -> None:
    # Left out: user info and IPv6, which it mangles.
    url = f"{scheme}://hooks.example.com{port}/{path}"
    signature = sign(token, url, parameters.items())

    assert RequestValidator(token).compute_signature(url, parameters) == signature
    assert RequestValidator(token).validate(url, parameters, signature)
    assert valid(signature, url, parameters.items(), [token])
