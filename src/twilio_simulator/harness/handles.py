"""What a test holds in its hands: the simulator, an account, a handset, the clock, the faults."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from twilio_simulator.harness.places import InProcess, Place
from twilio_simulator.sdk import connect, connected, connected_in_process

OK = 200
PHONE = "+14155550123"
"""A number set aside for fiction."""


class ControlError(Exception):
    """The control API said no; nothing was changed."""

    def __init__(self, status: int, errors: list[dict[str, str]]) -> None:
        lines = (f"{one['cause']} {one['remedy']}" for one in errors)
        super().__init__("\n".join(lines) or f"status {status}")
        self.status = status
        self.errors = errors


def _path(text: str) -> str:
    return quote(text, safe="")


class Clock:
    """The world's time. What waits for webhooks returns when they were answered."""

    def __init__(self, simulator: "LocalTwilio") -> None:
        self._simulator = simulator

    @property
    def now(self) -> datetime:
        """The world's present."""
        return datetime.fromisoformat(self._simulator.get("/clock")["now"])

    def advance(self, by: float | timedelta) -> list[dict[str, Any]]:
        """Move on by seconds; what fired, in order."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return list(self._simulator.post("/clock/advance", seconds=seconds)["fired"])

    def next(self) -> list[dict[str, Any]]:
        """Jump to the next event."""
        return list(self._simulator.post("/clock/next")["fired"])

    def until_idle(self) -> list[dict[str, Any]]:
        """Jump from event to event until nothing is to come."""
        return list(self._simulator.post("/clock/run-until-idle")["fired"])

    def freeze(self) -> None:
        """Stop time."""
        self._simulator.post("/clock/freeze")

    def run(self, speed: float = 1) -> None:
        """Let time go on."""
        self._simulator.post("/clock/run", speed=speed)


class Handset:
    """Somebody's phone."""

    def __init__(self, simulator: "LocalTwilio", number: str) -> None:
        self._simulator = simulator
        self.number = number

    @property
    def screen(self) -> list[dict[str, Any]]:
        """What it shows, the newest first."""
        return list(self._simulator.get(f"/phones/{_path(self.number)}/messages")["messages"])

    @property
    def inbox(self) -> list[str]:
        """The texts that arrived, the newest first."""
        return [str(one["body"]) for one in self.screen if one["direction"] == "in"]

    @property
    def code(self) -> str | None:
        """The latest verification code on its way to it."""
        code = self._simulator.get(f"/codes?to={_path(self.number)}")["code"]
        return None if code is None else str(code)

    def text(self, to: str, body: str, **more: Any) -> dict[str, Any]:
        """Send a text from it; what the webhook said is in the answer."""
        return self._simulator.post(f"/phones/{_path(self.number)}/messages", to=to, body=body, **more)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Its calls, the newest first, each with what was `heard`."""
        found: list[dict[str, Any]] = self._simulator.get(f"/calls?phone={_path(self.number)}")["calls"]
        return found[::-1]

    def call(self, to: str) -> dict[str, Any]:
        """Call a number of an account."""
        return self._simulator.post(f"/phones/{_path(self.number)}/calls", to=to)

    def answer(self) -> dict[str, Any]:
        """Take the call that rings (of a phone that was `set(calls="ring")`)."""
        return self._on_the_phone("answer")

    def press(self, digits: str) -> dict[str, Any]:
        """Press keys; `taken` tells whether a Gather waited for them."""
        return self._on_the_phone("digits", digits=digits)

    def hang_up(self) -> dict[str, Any]:
        """End the call, or turn away the one that rings."""
        return self._on_the_phone("hangup")

    def _on_the_phone(self, what: str, **fields: str) -> dict[str, Any]:
        latest = next((one["sid"] for one in self.calls if one["end_time"] is None), "none")
        return self._simulator.post(f"/calls/{latest}/{what}", **fields)

    def set(self, **state: Any) -> dict[str, Any]:
        """Change its state: `state="off"`, `kind="landline"`, `whatsapp=False`, ..."""
        return self._simulator.ask("PATCH", f"/phones/{_path(self.number)}", state)


class Faults:
    """What goes wrong, on demand or by chance."""

    def __init__(self, simulator: "LocalTwilio", match: Mapping[str, str]) -> None:
        self._simulator = simulator
        self._match = match

    def script(self, *do: str | Mapping[str, Any], **match: str) -> dict[str, Any]:
        """One action for each matching call; `from_` stands for `from`."""
        return self._simulator.post("/faults", match=self._matching(match), do=list(do))

    def dice(
        self, probability: float, *do: str | Mapping[str, Any], seed: int = 0, **match: str
    ) -> dict[str, Any]:
        """An action whenever the dice say so; the seed repeats a run."""
        whole = self._matching(match)
        return self._simulator.post("/faults", match=whole, do=list(do), probability=probability, seed=seed)

    def _matching(self, match: Mapping[str, str]) -> dict[str, str]:
        return {**self._match, **{name.rstrip("_"): value for name, value in match.items()}}

    @property
    def unused(self) -> int:
        """How many scripted actions have not been met."""
        return int(self._simulator.get("/faults")["unused"])

    def clear(self) -> None:
        """Throw all away."""
        self._simulator.ask("DELETE", "/faults")


class Account:
    """An account of a test's own."""

    def __init__(self, simulator: "LocalTwilio", facts: Mapping[str, Any]) -> None:
        self._simulator = simulator
        self.facts = facts
        self.sid = str(facts["account_sid"])
        self.token = str(facts["auth_token"])
        self.number = str(facts["number"])
        self.whatsapp_sender = str(facts["whatsapp_sender"])
        self.verify_service = str(facts["verify_service"])
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The official SDK's client for the account (`twilio.rest.Client`)."""
        if self._client is None:
            self._client = self._simulator.client(self.sid, self.token)
        return self._client

    def connected(self) -> AbstractAsyncContextManager[Any]:
        """The SDK's asynchronous client, closed at the end."""
        return connected(self._simulator.url, self.sid, self.token)

    def set(self, **changes: Any) -> dict[str, Any]:
        """Change the account or how it is simulated: `type="Trial"`, `progress="immediate"`, ..."""
        return self._simulator.ask("PATCH", f"/accounts/{self.sid}", changes)

    def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            self._client.http_client.session.close()


class LocalTwilio:
    """The simulator of a test run."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.clock = Clock(self)

    @property
    def url(self) -> str:
        """Its address: what your program's HTTP client should be pointed at."""
        return self._place.url

    def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One call of the control API.

        Raises:
            ControlError: it was refused.
        """
        status, body = self._place.control(method, path, b"" if content is None else orjson.dumps(content))
        answer: dict[str, Any] = orjson.loads(body)
        if status != OK:
            raise ControlError(status, answer.get("errors", []))
        return answer

    def get(self, path: str) -> dict[str, Any]:
        """Look at something."""
        return self.ask("GET", path)

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """Do something."""
        return self.ask("POST", path, content)

    def client(self, sid: str, token: str) -> Any:
        """The official SDK's client: through a socket, or straight into the simulator of this process."""
        if isinstance(self._place, InProcess):
            return connected_in_process(self._place.serve, sid, token)
        return connect(self.url, sid, token)

    def account(self, **plan: Any) -> Account:
        """A fresh account; `plan` as POST /_sim/accounts takes it."""
        return Account(self, self.post("/accounts", **plan))

    def handset(self, number: str = PHONE) -> Handset:
        """Anybody's phone."""
        return Handset(self, number)

    def faults(self, **match: str) -> Faults:
        """The fault book; `match` holds for all that is written through this handle."""
        return Faults(self, match)

    def wait(self, timeout: float = 10, **match: Any) -> dict[str, Any]:
        """The first event that matches, one that already happened included."""
        pairs = "&".join(f"{name}={_path(str(value))}" for name, value in match.items())
        return dict(self.get(f"/wait?timeout={round(timeout)}&{pairs}")["event"])

    def snapshot(self, name: str) -> None:
        """Keep the world as it is."""
        self.post(f"/snapshots/{_path(name)}")

    def restore(self, name: str) -> None:
        """Bring a kept world back."""
        self.post(f"/snapshots/{_path(name)}/restore")

    def reset(self) -> None:
        """Back to the start."""
        self.post("/reset")
