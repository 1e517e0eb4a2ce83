"""Where an account may be: at Twilio, or, when it is labelled simulator, on this machine."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from ringback.errors import InvalidInput
from ringback.twilio.hosts import Hosts

SIMULATOR = "simulator"
EXAMPLE = "http://127.0.0.1:4010"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator permits: hosts beside loopback where a simulator may be, as `host` or `host:port`."""

    simulator_hosts: tuple[str, ...] = ()

    def permits(self, base_url: str) -> bool:
        """Whether a simulator may be there."""
        parts = urlsplit(base_url)
        listed = {entry.lower() for entry in self.simulator_hosts}
        return is_loopback(parts.hostname or "") or bool({parts.hostname, parts.netloc.lower()} & listed)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine. Other names than localhost are not looked up: an answer can change."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_label(field: str, label: str | None, environment: str | None) -> str | None:
    """A region or an edge. Raises `ValueError` when it is none, or the account is a simulator's."""
    if label is None:
        return None
    if environment == SIMULATOR:
        raise ValueError("Leave it out: a simulator is reached by its base URL alone.")
    try:
        Hosts(**{field: label})
    except InvalidInput as error:
        raise ValueError(error.errors[0].message) from None
    return label


def check_base_url(environment: str, base_url: str | None, allowed: Allowed) -> str | None:
    """A base URL without the slash at its end.

    Raises:
        ValueError: It is missing for a simulator, given for Twilio, at Twilio, or beyond this machine.
    """
    if not base_url:
        if environment == SIMULATOR:
            raise ValueError(f"Is required for a simulator: the address it printed, like {EXAMPLE}.")
        return None
    _check_shape(base_url, environment)
    if environment != SIMULATOR:
        raise ValueError(
            "Only an account labelled simulator may be elsewhere than at Twilio. "
            "Leave it out, or set environment to simulator."
        )
    if not allowed.permits(base_url):
        raise ValueError(
            f"A simulator must be on this machine, like {EXAMPLE}. "
            "The operator can list another host in RINGBACK_SIMULATOR_HOSTS."
        )
    return base_url.rstrip("/")


def _check_shape(base_url: str, environment: str) -> None:
    try:
        Hosts(base_url=base_url)
    except InvalidInput as error:
        at_twilio = ".twilio.com" in base_url.lower().replace("://", ".") and environment == SIMULATOR
        raise ValueError(
            f"An account labelled simulator never goes to twilio.com. Give its address, like {EXAMPLE}."
            if at_twilio
            else error.errors[0].message
        ) from None
