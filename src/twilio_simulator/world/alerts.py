"""The debugger: what went wrong with the customer's server or its TwiML."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from twilio_simulator.clock import iso, precise
from twilio_simulator.ledger import LEDGER, MORE_INFO

KEPT_ALERTS = 2000


@dataclass(slots=True)
class Incident:
    """The request and answer that an alert is about."""

    account_sid: str
    resource_sid: str
    url: str = ""
    method: str = ""
    variables: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    service_sid: str | None = None
    webhook: str | None = None
    """The id under which the control API shows the attempt."""


@dataclass(slots=True, eq=False)
class Alert:
    """One entry of the debugger."""

    sid: str
    code: int
    at: int
    particulars: str
    incident: Incident

    @property
    def level(self) -> str:
        """How the debugger files it."""
        rule = LEDGER.get(self.code)
        return "error" if rule is None else rule.level

    def shown(self) -> dict[str, Any]:
        """The alert as the control API shows it, with the ledger's explanation."""
        rule, incident = LEDGER.get(self.code), self.incident
        return {
            "sid": self.sid,
            "at": precise(self.at),
            "code": self.code,
            "level": self.level,
            "explanation": "" if rule is None else rule.text,
            "particulars": self.particulars,
            "source": "" if rule is None else rule.source,
            "confidence": "inferred" if rule is None else rule.confidence,
            "more_info": f"{MORE_INFO}{self.code}",
            "account_sid": incident.account_sid,
            "resource_sid": incident.resource_sid,
            "webhook": incident.webhook,
            "request": {
                "method": incident.method,
                "url": incident.url,
                "parameters": [list(pair) for pair in incident.variables],
                "headers": incident.headers,
            },
            "response": {
                "status": incident.status,
                "headers": incident.response_headers,
                "body": incident.response_body,
            },
        }

    def whole(self, address: str) -> dict[str, Any]:
        """The JSON of one Alert when it is fetched: with the request and the answer."""
        incident = self.incident
        return {
            **self.resource(address),
            "request_variables": urlencode(incident.variables),
            "request_headers": urlencode(incident.headers),
            "response_body": incident.response_body,
            "response_headers": urlencode(incident.response_headers),
        }

    def resource(self, address: str) -> dict[str, Any]:
        """The JSON of the Monitor API's Alert, as lists show it."""
        rule, incident = LEDGER.get(self.code), self.incident
        text = "" if rule is None else rule.text
        return {
            "account_sid": incident.account_sid,
            "alert_text": f"Msg={text}: {self.particulars}&ErrorCode={self.code}&LogLevel={self.level}",
            "api_version": "2010-04-01",
            "date_created": iso(self.at),
            "date_generated": iso(self.at),
            "date_updated": iso(self.at),
            "error_code": str(self.code),
            "log_level": self.level,
            "more_info": f"{MORE_INFO}{self.code}",
            "request_method": incident.method or None,
            "request_url": incident.url or None,
            "resource_sid": incident.resource_sid,
            "service_sid": incident.service_sid,
            "sid": self.sid,
            "url": f"{address}/v1/Alerts/{self.sid}",
        }


class Alerts:
    """All alerts of a world, the newest kept."""

    def __init__(self) -> None:
        self.kept: deque[Alert] = deque(maxlen=KEPT_ALERTS)

    def clear(self, account_sid: str | None = None) -> None:
        """Forget all of them, or those of one account."""
        rest = [one for one in self.kept if account_sid not in (None, one.incident.account_sid)]
        self.kept.clear()
        self.kept.extend(rest)
