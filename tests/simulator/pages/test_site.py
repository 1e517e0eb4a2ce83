"""What the pages' server answers, and to whom."""

import inspect

import pytest
from playwright.async_api import Browser, expect
from tests.simulator.pages.window import Window

from twilio_simulator.exchange import Reply, Request
from twilio_simulator.pages.markup import h
from twilio_simulator.running import serving
from twilio_simulator.simulator import Options, Simulator

pytestmark = pytest.mark.anyio


def ask(
    simulator: Simulator, path: str, *, method: str = "GET", headers: dict[str, str] | None = None
) -> Reply:
    path, _, query = path.partition("?")
    answer = simulator.serve(Request(method, path, query, {"host": "127.0.0.1", **(headers or {})}))
    assert not inspect.isawaitable(answer)
    assert isinstance(answer, Reply)
    return answer


async def test_the_root_leads_to_a_fictional_phone(fresh: Simulator) -> None:
    answer = ask(fresh, "/")

    assert (answer.status, "Location: /phone/+12125550100" in answer.headers) == (302, True)


async def test_a_page_may_run_no_script_but_its_own_and_stand_in_no_frame(fresh: Simulator) -> None:
    for path in ("/phone/+14155550123", "/phone/static/app.js", "/phone/static/none.js"):
        assert "script-src 'self'" in ask(fresh, path).headers
        assert "frame-ancestors 'none'" in ask(fresh, path).headers


async def test_a_page_is_shown_under_no_foreign_name(fresh: Simulator) -> None:
    answer = ask(fresh, "/phone/+14155550123", headers={"host": "evil.example"})

    assert answer.status == 403
    assert b"evil.example" in answer.body


@pytest.mark.parametrize("path", ["/phone/static/none.js", "/phone/static/../page.py", "/phone/nobody"])
async def test_what_is_not_there_is_not_found(fresh: Simulator, path: str) -> None:
    assert ask(fresh, path).status == 404


def guarded() -> Simulator:
    return Simulator(Options(seed=1, control_token="letmein"))


async def test_a_page_wants_the_token_of_the_controls_once(fresh: Simulator) -> None:
    simulator = guarded()

    assert ask(simulator, "/phone/+14155550123").status == 401
    assert ask(simulator, "/phone?token=wrong").status == 401
    let_in = ask(simulator, "/phone?token=letmein")
    assert (let_in.status, "Location: /phone\r\n" in let_in.headers) == (302, True)
    assert "sim_control=letmein; Path=/; HttpOnly; SameSite=Strict" in let_in.headers
    cookie = {"cookie": "other=1; sim_control=letmein"}
    assert ask(simulator, "/phone/+14155550123", headers=cookie).status == 200
    assert ask(simulator, "/_sim/clock", headers=cookie).status == 200
    assert ask(fresh, "/phone/+14155550123").status == 200


async def test_the_token_alone_leaves_the_address() -> None:
    answer = ask(guarded(), "/phone/+14155550123?tab=whatsapp&token=letmein&q=to%3A1")

    assert "Location: /phone/+14155550123?tab=whatsapp&q=to%3A1\r\n" in answer.headers


async def test_a_person_is_asked_for_the_token_and_a_program_is_told_of_it() -> None:
    simulator = guarded()
    person = {"accept": "text/html,*/*"}

    page = ask(simulator, "/phone/+14155550123", headers=person)
    assert (page.status, page.content_type) == (401, "text/html; charset=utf-8")
    assert b'type="password"' in page.body
    assert b"That is not the token" in ask(simulator, "/phone?token=wrong", headers=person).body
    assert b"Authorization: Bearer" in ask(simulator, "/phone/+14155550123").body
    assert ask(simulator, "/phone/static/tokens.css").status == 200
    assert ask(simulator, "/phone/static/tokens.css", headers={"host": "evil.example"}).status == 403


async def test_the_token_is_typed_once_and_the_address_never_keeps_it(browser: Browser) -> None:
    simulator = guarded()
    async with serving(simulator) as url, await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(f"{url}/phone/+14155550123?tab=whatsapp")
        assert await Window(page).violations() == []
        await page.get_by_label("Control token").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("That is not the token.")
        await page.get_by_label("Control token").fill("letmein")
        await page.keyboard.press("Enter")

        await page.locator("#device").wait_for()
        await page.wait_for_load_state()
        assert page.url == f"{url}/phone/+14155550123?tab=whatsapp"
        await page.keyboard.press("f")
        await expect(page.locator("#freeze")).to_have_attribute("aria-pressed", "true")


async def test_what_only_begins_like_a_page_is_twilios(fresh: Simulator) -> None:
    assert b'"code":20404' in ask(fresh, "/phones").body


async def test_pages_are_only_read(fresh: Simulator) -> None:
    assert ask(fresh, "/phone/+14155550123", method="POST").status == 405


async def test_what_somebody_types_is_no_markup(fresh: Simulator) -> None:
    phone = fresh.world.handsets.get("+14155550123")
    phone.profile_name = '<script>alert("1")</script>'
    page = ask(fresh, "/phone/+14155550123?q=%22%3E%3Cblink%3E&message=%3Cblink%3E&tab=%3Cblink%3E").body

    assert b"<script>alert" not in page
    assert b"<blink>" not in page


def test_an_element_leaves_out_what_is_none_and_escapes_the_rest() -> None:
    shown = h("a.one.two#three", {"href": '"&', "hidden": True, "title": None}, "<", ["&", h("br")])

    assert shown == '<a id="three" class="one two" href="&quot;&amp;" hidden>&lt;&amp;<br></a>'
