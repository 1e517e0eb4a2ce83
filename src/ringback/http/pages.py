"""The interactive API page: Swagger UI from this very server, so that a browser asks no other host."""

from os import PathLike, stat_result
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ringback.http.metering import NamedRoute

STATIC = Path(__file__).parent / "static"
DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    # React sets styles on elements by itself, and Swagger UI writes a few into its markup.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(DIRECTIVES),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[BaseRoute]:
    """`/docs` and its files; `/` leads there."""
    return [
        NamedRoute("/", _to_docs),
        NamedRoute("/docs", _docs),
        Mount("/docs", Files(directory=STATIC)),
    ]


class Files(StaticFiles):
    """Files that a browser asks about again, so that an upgrade shows at once."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with the headers of this site."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


async def _docs(_request: Request) -> Response:
    return FileResponse(STATIC / "docs.html", headers=HEADERS)


async def _to_docs(_request: Request) -> Response:
    return RedirectResponse("docs")


def with_servers(document: dict[str, Any], base_url: str, public_url: str | None) -> dict[str, Any]:
    """The document with the address it was asked for at, then the public one.

    Under the public name only the public URL is right: a proxy may have taken TLS and a path off.
    """
    public = public_url and urlsplit(public_url).netloc.lower() == urlsplit(base_url).netloc.lower()
    urls = dict.fromkeys(url.rstrip("/") for url in (None if public else base_url, public_url) if url)
    return document | {"servers": [{"url": url} for url in urls]}
