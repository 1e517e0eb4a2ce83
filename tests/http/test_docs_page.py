from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Locator, Page, Request
from tests.http.outside import Api

pytestmark = pytest.mark.anyio


@dataclass
class Window:
    """The page in a browser, with what went wrong and where it asked."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def operation(self, tag: str, name: str) -> Locator:
        return self.page.locator(f"#operations-{tag}-{name}")

    async def authorise(self, key: str) -> None:
        await self.page.locator(".auth-wrapper .authorize").click()
        await self.page.locator(".auth-container input").fill(key)
        await self.page.locator(".auth-btn-wrapper .authorize").click()
        await self.page.locator(".auth-btn-wrapper .btn-done").click()

    async def ground(self) -> str:
        return str(await self.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    async def execute(self, tag: str, name: str) -> str:
        """Run an operation with its example; the status that is shown."""
        block = self.operation(tag, name)
        await block.locator(".opblock-summary-control").click()
        await block.locator(".execute").click()
        return await block.locator(".live-responses-table .response-col_status").last.inner_text()


@asynccontextmanager
async def opened(browser: Browser, api: Api, *, width: int = 1280) -> AsyncIterator[Window]:
    """The page, loaded; at the end nothing may have gone wrong, and no other host been asked."""
    async with await browser.new_context(viewport={"width": width, "height": 844}) as context:
        page = await context.new_page()
        window = Window(page)

        def note(request: Request) -> None:
            if not request.url.startswith((api.url, "data:")):
                window.strangers.append(request.url)

        page.on("request", note)
        page.on("console", lambda line: window.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        await page.goto(f"{api.url}/docs")
        await page.locator(".opblock").first.wait_for()
        yield window
    assert window.complaints == []
    assert window.strangers == []


async def test_a_person_authorises_explains_and_sends_from_the_page(browser: Browser, api: Api) -> None:
    await api.connected("demo")
    async with opened(browser, api) as window:
        await window.authorise(api.key)
        explained = await window.execute("Explain", "ExplainSendMessage")
        assert not api.simulator.account.messages
        sent = await window.execute("Texts", "SendMessage")
        await window.page.reload()
        await window.page.locator(".auth-wrapper .authorize.locked").wait_for()  # the key was kept

    assert (explained.split()[0], sent.split()[0]) == ("200", "200")
    assert [message.body for message in api.simulator.account.messages.values()] == ["Hi Ada"]


async def test_the_page_fits_a_phone_and_follows_the_system_into_the_dark(browser: Browser, api: Api) -> None:
    async with opened(browser, api, width=390) as window:
        assert await window.ground() == "rgb(255, 255, 255)"
        await window.page.emulate_media(color_scheme="dark")
        await window.page.locator("html.dark-mode").wait_for()
        assert await window.ground() == "rgb(28, 32, 34)"
        assert await window.page.evaluate("document.documentElement.scrollWidth") == 390
        assert await window.page.title() == "Ringback API"


async def test_the_page_may_run_no_script_but_ours_and_stand_in_no_frame(api: Api) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/swagger-ui/swagger-ui-bundle.js"):
        answer = await api.get(path, key=None)
        policy = answer.headers["Content-Security-Policy"]

        assert answer.status == 200
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-cache"
    assert "<script>" not in (await api.get("/docs", key=None)).text


async def test_the_root_leads_to_the_page(api: Api) -> None:
    answer = await api.get("/", key=None)

    assert (answer.status, answer.headers["Location"]) == (307, "docs")


async def test_a_file_that_is_not_there_is_not_found(api: Api) -> None:
    for path in ("/docs/none.js", "/docs/..%2Fserver.py", "/docs/%2e%2e/pages.py"):
        assert (await api.get(path, key=None)).status == 404
