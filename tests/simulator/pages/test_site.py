"""What the pages' server answers, without a browser."""

import inspect

import pytest

from twilio_simulator.exchange import Reply, Request
from twilio_simulator.pages.markup import h
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


async def test_a_page_wants_the_token_of_the_controls_once(fresh: Simulator) -> None:
    guarded = Simulator(Options(seed=1, control_token="letmein"))

    assert ask(guarded, "/phone/+14155550123").status == 401
    assert ask(guarded, "/phone?token=wrong").status == 401
    let_in = ask(guarded, "/phone?token=letmein")
    assert (let_in.status, "Location: /phone\r\n" in let_in.headers) == (302, True)
    assert "sim_control=letmein; Path=/; HttpOnly; SameSite=Strict" in let_in.headers
    cookie = {"cookie": "other=1; sim_control=letmein"}
    assert ask(guarded, "/phone/+14155550123", headers=cookie).status == 200
    assert ask(guarded, "/_sim/clock", headers=cookie).status == 200
    assert ask(fresh, "/phone/+14155550123").status == 200


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
