"""The pages and their files: `/` leads to the phone, `/phone/{number}` is a handset."""

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

from twilio_simulator.control.fields import BadInputError
from twilio_simulator.control.guard import COOKIE, UNAUTHORIZED
from twilio_simulator.exchange import Answer, Reply, Request, json_reply, parsed_form
from twilio_simulator.pages.door import door
from twilio_simulator.pages.page import page
from twilio_simulator.pages.view import ROOT, first_number, is_handset, view

if TYPE_CHECKING:
    from twilio_simulator.simulator import Simulator

STATIC = f"{ROOT}/static/"
TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    f"Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\nCache-Control: no-cache\r\n"
)
HTML = "text/html; charset=utf-8"
FOUND, NOT_FOUND, NOT_ALLOWED = 302, 404, 405


def serve(simulator: "Simulator", request: Request) -> Answer:
    """Answer a browser, of this machine or an allowed name only."""
    request.query = parsed_form(request.query_string)
    token = request.asked("token")
    if token is not None:
        request.headers["authorization"] = f"Bearer {token}"
    control = simulator.control
    try:
        # Style sheets and scripts are no secret; without them nobody could be asked for the token.
        (control.check_host if request.path.startswith(STATIC) else control.check)(request)
    except BadInputError as error:
        return _locked(request, error)
    if request.method != "GET":
        return _plain(NOT_ALLOWED, "Pages are only read. The controls are under /_sim/.")
    if token is not None:
        return _kept(request, token)
    if request.path.startswith(STATIC):
        return _file(request.path.removeprefix(STATIC))
    return _phone(simulator, request)


def _phone(simulator: "Simulator", request: Request) -> Reply:
    number = unquote(request.path.removeprefix(ROOT).strip("/"))
    if not number:
        return _lead(simulator, request)
    if not is_handset(number):
        return _plain(NOT_FOUND, f"{number} is not a phone number. Write it like {ROOT}/+14155550123.")
    return Reply(200, page(view(simulator, number, request)).encode(), HEADERS, HTML)


def _kept(request: Request, token: str) -> Reply:
    """The token leaves the address at once, and with it the history and what is copied from there."""
    rest = [(name, one) for name, values in request.query.items() if name != "token" for one in values]
    there = quote(unquote(request.path), safe="/+@") + (f"?{urlencode(rest)}" if rest else "")
    cookie = f"Set-Cookie: {COOKIE}={quote(token, safe='')}; Path=/; HttpOnly; SameSite=Strict\r\n"
    return Reply(FOUND, b"", f"Location: {there}\r\n{cookie}{HEADERS}", HTML)


def _locked(request: Request, error: BadInputError) -> Reply:
    """A person is asked for the token; a program and a stranger are told what is wrong."""
    asks_for_page = "text/html" in request.headers.get("accept", "")
    if error.status != UNAUTHORIZED or not asks_for_page or request.method != "GET":
        return json_reply(error.status, {"errors": error.errors})
    words = "That is not the token." if request.asked("token") is not None else ""
    return Reply(UNAUTHORIZED, door(request, words).encode(), HEADERS, HTML)


def _lead(simulator: "Simulator", request: Request) -> Reply:
    words = f"?{request.query_string}" if request.query_string else ""
    there = f"{ROOT}/{quote(first_number(simulator), safe='+@')}{words}"
    return Reply(FOUND, b"", f"Location: {there}\r\n{HEADERS}", HTML)


def _plain(status: int, words: str) -> Reply:
    return Reply(status, words.encode(), HEADERS, "text/plain; charset=utf-8")


@lru_cache(maxsize=64)
def _static(name: str) -> bytes | None:
    known = {one.name: one for one in files("twilio_simulator.pages").joinpath("static").iterdir()}
    return known[name].read_bytes() if name in known else None


def _file(name: str) -> Reply:
    content = _static(name)
    if content is None:
        return _plain(NOT_FOUND, "There is no such file.")
    return Reply(200, content, HEADERS, TYPES.get(name.rpartition(".")[2], "application/octet-stream"))
