"""The answers that a fault gives instead of the real one."""

import orjson

from twilio_simulator.exchange import Reply
from twilio_simulator.faults.book import Action
from twilio_simulator.ledger import LEDGER, MORE_INFO

TOO_MANY = 429
_TEXTS = {500: 20500, 502: 20502, 503: 20503}
_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class _Particulars(dict[str, str]):
    """A fault knows no particulars, but what a wrong token is told."""

    def __missing__(self, name: str) -> str:
        return "Authenticate" if name == "problem" else "(simulated)"


def faulty_reply(action: Action) -> Reply:
    """An error page, JSON or nothing, with the status and headers that the fault wants."""
    headers = "" if action.retry_after is None else f"Retry-After: {action.retry_after}\r\n"
    if action.body == "empty":
        return Reply(action.status, b"", headers)
    if action.body == "html":
        page = _HTML.format(f"{action.status} error")
        return Reply(action.status, page.encode(), headers, "text/html")
    code = action.code if action.code is not None else _TEXTS.get(action.status)
    rule = LEDGER.get(code) if code is not None else None
    content: dict[str, object] = {
        "code": code,
        "message": "An error has occurred" if rule is None else rule.text.format_map(_Particulars()),
        "more_info": f"{MORE_INFO}{code or ''}",
        "status": action.status,
    }
    return Reply(action.status, orjson.dumps(content), headers)
