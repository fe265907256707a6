"""The XML of question packages: parsed without anything from outside, and brought to one spelling. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from questions.interchange.markdown import OURS, SPACES
from questions.text.encodings import MARKS

CDATA_BEGINS, CDATA_ENDS = "\ue000", "\ue001"
"""Put around what stood in a CDATA section, which many programs fill with HTML."""
HTML = frozenset(
    (
        *("a", "abbr", "b", "bdo", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd"),
        *(
            "del",
            "dfn",
            "div",
            "dl",
            "dt",
            "em",
            "figcaption",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
        ),
        *("ins", "kbd", "li", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub"),
        *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var"),
    )
)
VOID = frozenset(["br", "col", "hr", "img"])
DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

MOST_BYTES, MOST_TAGS = 100_000_000, 4_000_000
"""Of a file: the tree takes some hundred bytes for each element."""
DEEPEST = 200
"""Elements within each other."""


class TreeError(ValueError):
    """A file that is no XML that we read, and where."""


class BrokenError(TreeError):
    """What is not well-formed, from which line and column on; parts of it may be."""

    def __init__(self, line: int, column: int, why: str) -> None:
        super().__init__(f"The XML is broken in line {line}, column {column}: {why}.")
        self.line, self.column, self.why = line, column, why


def parse(content: bytes) -> Element:
    """The root of an XML file, each name as QTI 2 spells it, without namespaces. Raises TreeError, BrokenError."""
    if len(content) > MOST_BYTES or content.count(b"<") > MOST_TAGS:
        most = f"{MOST_BYTES // 10**6} MB and {MOST_TAGS // 10**6} million tags"
        raise TreeError(f"An XML file has at most {most}: export it in parts.")
    text = decode(content).lstrip("\ufeff \t\r\n")
    text = text.translate(OURS)
    text = text.replace("<![CDATA[", f"<![CDATA[{CDATA_BEGINS}").replace("]]>", f"{CDATA_ENDS}]]>")
    parser = XMLParser()
    try:
        parser.feed(text)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        raise BrokenError(line, column + 1, _plain(error)) from None
    except DefusedXmlException:
        raise TreeError("It defines entities, which are not read.") from None
    _check_depth(root)
    for element in root.iter():
        if isinstance(element.tag, str):
            _respell(element)
    return root


def _check_depth(root: Element) -> None:
    level, depth = [root], 0
    while level:
        level, depth = [child for element in level for child in element], depth + 1
    if depth > DEEPEST:
        raise TreeError(f"Its elements are nested {depth} deep; {DEEPEST} are read at most.")


def decode(content: bytes) -> str:
    """The text of an XML file, by its mark or its declaration. Raises TreeError."""
    encoding = next((known for mark, known in MARKS if content.startswith(mark)), "")
    if not encoding:
        declared = DECLARED.match(content[:200].decode("latin-1").lstrip())
        encoding = declared[1] if declared else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TreeError(f"Line {line} is not {encoding}, as the file says it is: save it as UTF-8.") from None
    except (LookupError, UnicodeError):
        raise TreeError(f"It is written in {encoding}, which is not known: save it as UTF-8.") from None


def _plain(error: ParseError) -> str:
    return str(error).partition(":")[0]


def _respell(element: Element) -> None:
    """`{…}qti-choice-interaction` and its `max-choices` become `choiceInteraction` and `maxChoices`."""
    name = element.tag.rpartition("}")[2]
    is_third = name.startswith("qti-")
    element.tag = _camel(name.removeprefix("qti-")) if is_third else name
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    element.attrib.clear()
    element.attrib.update({_camel(key) if is_third else key: value for key, value in attributes.items()})


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def text_of(element: Element | None) -> str:
    """All text in an element, without marks, and with single spaces."""
    if element is None:
        return ""
    text = "".join(element.itertext()).replace(CDATA_BEGINS, "").replace(CDATA_ENDS, "")
    return " ".join(text.split())


def each(element: Element, *names: str) -> Iterator[Element]:
    """The elements below this one that have one of the names, in their order."""
    return (found for found in element.iter() if found.tag in names)


def inner_html(
    element: Element, replaced: Callable[[Element], str | None] = lambda _: None, *, is_pre: bool = False
) -> str:
    """What an element holds, as HTML; `replaced` gives what stands in the place of an element, None for itself.

    Of elements that are not HTML only what they hold is kept; what stood in CDATA is HTML already. `is_pre` says that
    it stands in preformatted text, whose lines are kept.
    """
    is_pre = is_pre or element.tag == "pre"
    pieces = [_escaped(element.text, is_pre=is_pre)]
    for child in element:
        if isinstance(child.tag, str):
            other = replaced(child)
            pieces.append(_outer_html(child, replaced, is_pre=is_pre) if other is None else other)
        pieces.append(_escaped(child.tail, is_pre=is_pre))
    return "".join(pieces)


def _outer_html(element: Element, replaced: Callable[[Element], str | None], *, is_pre: bool) -> str:
    name = element.tag
    if name == "math":
        return f"<math>{_mathml(element)}</math>"
    if name == "object":
        return _picture(element)
    if name not in HTML:
        return inner_html(element, replaced, is_pre=is_pre)
    attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in element.attrib.items())
    return f"<{name}{attributes}>" + (
        "" if name in VOID else f"{inner_html(element, replaced, is_pre=is_pre)}</{name}>"
    )


def _picture(element: Element) -> str:
    if not element.get("type", "").startswith("image/"):
        return ""
    words = html.escape(element.get("alt") or text_of(element))
    return f'<img src="{html.escape(element.get("data", ""))}" alt="{words}">'


def _mathml(element: Element) -> str:
    pieces = [html.escape(element.text or "")]
    for child in element:
        attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in child.attrib.items())
        pieces += [f"<{child.tag}{attributes}>{_mathml(child)}</{child.tag}>", html.escape(child.tail or "")]
    return "".join(pieces)


def _escaped(text: str | None, *, is_pre: bool) -> str:
    """The text as HTML, on one line unless it is preformatted; what stood in CDATA as it is."""
    if not text:
        return ""
    pieces = re.split("[\ue000\ue001]", text)
    plain = [piece if is_pre else SPACES.sub(" ", piece) for piece in pieces[0::2]]
    pieces[0::2] = [html.escape(piece, quote=False) for piece in plain]
    return "".join(pieces)
