"""HTML that cannot be broken by what somebody typed: everything is escaped but markup itself."""

import re
from collections.abc import Mapping
from html import escape

VOID = frozenset({"br", "input", "img", "meta", "link", "hr"})
_PART = re.compile(r"([.#]?)([^.#]+)")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Attributes = dict[str, object]
Content = object
"""A string, Html, a list of such, None or a number."""


def text(content: Content) -> str:
    """The content as markup: strings are escaped, lists joined, None is nothing."""
    if isinstance(content, Html):
        return content
    if content is None or content is False:
        return ""
    if isinstance(content, list | tuple):
        return "".join(text(one) for one in content)
    return escape(str(content))


def h(selector: str, attributes: Mapping[str, object] | None = None, *content: Content) -> Html:
    """An element: `h("li.bubble#m1", {"title": "…"}, "Hello")`; None and False leave an attribute out."""
    name, given = _selected(selector)
    given.update(attributes or {})
    shown = "".join(_attribute(key, value) for key, value in given.items())
    if name in VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{text(content)}</{name}>")


def _selected(selector: str) -> tuple[str, Attributes]:
    name, classes, given = "div", [], Attributes()
    for mark, word in _PART.findall(selector):
        if mark == ".":
            classes.append(word)
        elif mark == "#":
            given["id"] = word
        else:
            name = word
    if classes:
        given["class"] = " ".join(classes)
    return name, given


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def join(parts: list[Html]) -> Html:
    """Several pieces of markup as one."""
    return Html("".join(parts))


def icon(name: str) -> Html:
    """A drawing from the page's own set; it says nothing to a screen reader."""
    return Html(
        f'<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{escape(name)}"></use></svg>'
    )


def hidden(words: str) -> Html:
    """Words for screen readers only."""
    return h("span.unseen", None, words)
