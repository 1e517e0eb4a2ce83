"""A TwiML document as a tree of plain elements.

It comes from somebody else's server: no entity beyond XML's own five is expanded, and depth is bounded.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

DEEPEST = 50
WRONG_XML, WRONG_VERSION, WRONG_ROOT = 12100, 12101, 12102
VERSION = re.compile(r"""<\?xml\s+version\s*=\s*["']([^"']*)["']""")


class TwimlError(Exception):
    """The document is no TwiML; `code` is what the debugger would show."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(slots=True)
class Element:
    """One verb, noun or the response itself."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    """Its own text, without that of its children."""
    spoken: list[str] = field(default_factory=list)
    """Its text and that of all that is in it, in order."""

    @property
    def text(self) -> str:
        """Its own text, trimmed."""
        return "".join(self.pieces).strip()

    @property
    def speech(self) -> str:
        """What a voice would read: the text of all that is in it."""
        return " ".join("".join(self.spoken).split())

    def get(self, name: str, default: str = "") -> str:
        """An attribute; names are case-sensitive."""
        return self.attributes.get(name, default)


class _Tree:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(name, attributes)
        if len(self._open) >= DEEPEST:
            raise TwimlError(WRONG_XML, f"elements are nested deeper than {DEEPEST}")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, piece: str) -> None:
        self._open[-1].pieces.append(piece)
        for element in self._open[1:]:
            element.spoken.append(piece)


def _refused(*_: object) -> None:
    raise TwimlError(WRONG_XML, "the document declares entities")


@lru_cache(maxsize=64)
def document(text: str) -> Element:
    """The root, which is a Response; not to be changed.

    Raises:
        TwimlError: it is no XML (12100), of another version (12101), or its root is something else (12102).
    """
    declared = VERSION.match(text)
    if declared is not None and declared[1] != "1.0":
        raise TwimlError(WRONG_VERSION, f"the document says that it is XML {declared[1]}")
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.EntityDeclHandler = _refused
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise TwimlError(WRONG_XML, f"the answer is no well-formed XML: {error}") from error
    if tree.root is None or tree.root.name != "Response":
        name = "nothing" if tree.root is None else tree.root.name
        raise TwimlError(WRONG_ROOT, f"the root is {name}, not Response")
    return tree.root
