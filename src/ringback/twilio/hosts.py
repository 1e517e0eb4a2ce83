"""Which host answers for a product: Twilio's own, by region and edge, or one flat base URL."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ringback.errors import FieldError, InvalidInput
from ringback.twilio.resources import Product

EDGES = {"ie1": "dublin", "au1": "sydney"}
"""The edge beside a region. Without one, `api.au1.twilio.com` was seen to land in the United States (401)."""

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where requests go.

    `base_url` serves every product from one address, as a simulator does, and excludes region and edge.

    Raises:
        InvalidInput: A label that is none, or a base URL that is not a bare http(s) address outside Twilio.
    """

    region: str | None = None
    edge: str | None = None
    base_url: str | None = None

    def __post_init__(self) -> None:
        errors = [*_labels(self.region, self.edge), *_base_url(self.base_url)]
        if self.base_url and (self.region or self.edge):
            errors.append(FieldError("base_url", "Leave out region and edge when a base URL is given."))
        if errors:
            raise InvalidInput(errors)

    def origin(self, product: Product) -> str:
        """Scheme and host for a product, `https://{product}.{edge}.{region}.twilio.com`."""
        if self.base_url:
            return self.base_url.rstrip("/")
        region = self.region or ("us1" if self.edge else None)
        edge = self.edge or EDGES.get(region or "")
        return f"https://{'.'.join(filter(None, (product, edge, region)))}.twilio.com"


def _labels(region: str | None, edge: str | None) -> list[FieldError]:
    named = {"region": region, "edge": edge}
    return [
        FieldError(name, f"Write the {name} like {example}: small letters, digits and dashes.")
        for (name, value), example in zip(named.items(), ("ie1", "dublin"), strict=True)
        if value is not None and not LABEL.fullmatch(value)
    ]


def _base_url(base_url: str | None) -> list[FieldError]:
    if base_url is None:
        return []
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or not re.fullmatch(r"https?://[^/?#@\s\\]+/?", base_url):
        return [FieldError("base_url", "Give scheme, host and port alone, like http://127.0.0.1:4010.")]
    if f".{host.rstrip('.')}".endswith(".twilio.com"):
        return [
            FieldError("base_url", "Leave it out for Twilio itself: its hosts follow from region and edge.")
        ]
    return []
