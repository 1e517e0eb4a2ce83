"""HTML that cannot be broken by what somebody typed: everything is escaped but markup itself."""

import re
from collections.abc import Mapping
from functools import lru_cache
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
    if isinstance(content, str):
        return escape(content)
    if isinstance(content, list | tuple):
        return "".join([text(one) for one in content])
    return escape(str(content))


def h(selector: str, attributes: Mapping[str, object] | None = None, *content: Content) -> Html:
    """An element: `h("li.bubble#m1", {"title": "…"}, "Hello")`; None and False leave an attribute out."""
    name, shown, given = _selected(selector)
    if attributes:
        shown = "".join([_attribute(key, value) for key, value in {**given, **attributes}.items()])
    if name in VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{text(content)}</{name}>")


@lru_cache(maxsize=1024)
def _selected(selector: str) -> tuple[str, str, Attributes]:
    """The element's name, its attributes written out, and the same not to be changed."""
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
    return name, "".join(_attribute(key, value) for key, value in given.items()), given


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def join(parts: list[Html]) -> Html:
    """Several pieces of markup as one."""
    return Html("".join(parts))


@lru_cache(maxsize=256)
def icon(name: str) -> Html:
    """A drawing from the page's own set; it says nothing to a screen reader."""
    return Html(
        f'<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{escape(name)}"></use></svg>'
    )


def hidden(words: str) -> Html:
    """Words for screen readers only."""
    return h("span.unseen", None, words)
