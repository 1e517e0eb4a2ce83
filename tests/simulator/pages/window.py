"""The phone page in a browser: what goes wrong in it, and where it asks, fails the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Locator, Page, Request

from twilio_simulator.simulator import Simulator

AXE = Path(__file__).parents[2] / "vendored" / "axe-core" / "axe.min.js"
ADA = "+14155550123"
Scheme = Literal["light", "dark"]


@cache
def axe() -> str:
    return AXE.read_text()


@dataclass
class Window:
    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def one(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def bubble(self, words: str) -> Locator:
        return self.page.locator("li.bubble", has_text=words)

    async def keys(self, *names: str) -> None:
        for name in names:
            await self.page.keyboard.press(name)

    async def focused(self) -> str:
        return str(await self.page.evaluate("document.activeElement.id"))

    async def open(self, menu: str) -> None:
        await self.one(f"#{menu} > summary").click()

    async def copied(self) -> str:
        return str(await self.page.evaluate("navigator.clipboard.readText()"))

    async def violations(self, part: str = "html") -> list[str]:
        """What axe finds in a part of the page, as `rule: element`."""
        if not await self.page.evaluate("Boolean(window.axe)"):
            await self.page.evaluate(axe())
        found = await self.page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", part)
        return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@asynccontextmanager
async def looking(
    browser: Browser,
    simulator: Simulator,
    path: str = f"/phone/{ADA}",
    *,
    width: int = 1280,
    scheme: Scheme = "light",
) -> AsyncIterator[Window]:
    """A window on the page; at the end nothing may have gone wrong, and no other host been asked."""
    context = await browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    async with context:
        page = await context.new_page()
        page.set_default_timeout(5000)
        window = Window(page)

        def note(request: Request) -> None:
            if not request.url.startswith(simulator.url):
                window.strangers.append(request.url)

        page.on("request", note)
        page.on("console", lambda line: window.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        await page.goto(simulator.url + path)
        await page.locator("#device").wait_for()
        yield window
    assert window.complaints == []
    assert window.strangers == []
