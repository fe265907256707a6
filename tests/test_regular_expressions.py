"""Every regular expression that reads text from outside, and what would make it slow.

Python's engine tries one way after another: a pattern is here with the texts that have the most ways. Patterns that
authors write are matched by RE2 instead (`questions/kinds/patterns.py`).
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("examprep", "questions", "quizzes")
CALLS = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
LENGTH = 15_000
SECONDS = 0.1
"""Of CPU, for a text of that length: where cost grows with length it is a hundredth of that, with its square, more."""

PUMPS = (
    *(" ", "\n", "a", "A", "0", "1", "<", ">", "(", ")", "[", "-", "+", ",", ".", ":", "=", "/", "\\", "$", "_", "%"),
    *(
        "{",
        "}",
        "\x02",
        "\x03",
        "e",
        "é",
        "'",
        '"',
        "&",
        "¹",
        "⁻",
        "a ",
        "a,",
        "0,",
        "0 ",
        "1.",
        ": ",
        "\\ ",
        "- ",
        "<a",
    ),
    *("try=", "try=a,", "1 000", "000 ", "1x", "1 x ", "\r\n---", "---\n", "=a", "\\text ", "\\cdot ", "<div ", "</p"),
    *('<span class="math">', '<div class="math display">', "[$", "[latex", "&#1", "&#99999999999999999999", "-a", "a-"),
)
"""What a text is filled with, for every pattern."""

WHOLE = {r"(.*):\s*(\.\d{1,2}[gf]|frac)\s*"}
"""Patterns that are only ever matched to a whole text."""

TYPED = 1000
"""Characters of a typed number at most, once its signs are written out."""

REVIEWED: dict[str, tuple[int, tuple[str, ...]]] = {
    # questions/variants/numbers.py
    r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:e[-+][0-9]{1,2})?": (LENGTH, ("1", "1.1", "1.1e-")),
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>\\?[a-zA-Z]+)|(?P<sign>[-+*/^%(){}\[\],;]))": (TYPED, ("1.1e-", ".")),
    r"(?<![\d.,])(\d{1,3})(?:[ \u00a0\u2009\u202f'’](\d{3}))+(?![\d])": (TYPED, ("1 000", "000\u202f", "000'0")),
    r"([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)": (TYPED, ("⁻", "⁻¹")),
    r"^[a-zA-Zλη]\s*=\s*": (TYPED, ("x ",)),
    r"[-+]?0[xX]": (TYPED, ("0x",)),
    r"(?<=[\d)}.]) *[xX] *(?=[\d(\\.])": (TYPED, ("1 x", ") ")),
    r"(?:(?<![\d.,])(\d+))?([¼½¾⅐-⅞])": (TYPED, ("1", "½", "1½")),
    r"(?<=[\d.])([eE]) *([-+]) *(?=\d)": (TYPED, ("1e ", "1e- ")),
    r"[-+]?\d{1,3}(?:\.\d{3})+,\d+": (TYPED, (".123", "1.234")),
    r"[\d.)] +[-+][\d.(]": (TYPED, ("1 ", ") -")),
    r"(?:(?:np|numpy)\.)?array\((.*)\)": (TYPED, ("np.", "np.array(", "array()")),
    r"[,;\s]+": (TYPED, (", ", ";")),
    r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?": (TYPED, ("1.1", ".1", "1e-")),
    r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?": (TYPED, ("1", "1,", ",1e-")),
    r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?": (TYPED, (",123", "1,234")),
    # questions/variants/number_forms.py
    r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+|\*10\^[-+]?\d+)?": (TYPED, ("1.1", "1e-", "1*10^")),
    r"[-+]?10\^[-+]?\d+": (TYPED, ("10^",)),
    r"[-+]?(\d+)(?:/(\d+))?": (TYPED, ("1/",)),
    r"[-+]?(?:(\d+)\+)?(\d+)/(\d+)|[-+]?\d+": (TYPED, ("1+", "1/")),
    r"[-+]?\d+": (TYPED, ()),
    r"\\frac\{([^{}]*)\}\{([^{}]*)\}": (TYPED, ("\\frac{", "\\frac{1}{")),
    r"(?<![\d.,])(\d{1,9})[ \u00a0\u2009\u202f]{1,3}(\d{1,9})/(\d{1,9})(?![\d.,])": (TYPED, ("1 ", "1 1/", "1 1/1.")),
    r"(?<![\d.,])(\d{1,9}) ?\\[dt]?frac\{(\d{1,9})\}\{(\d{1,9})\}": (TYPED, ("1 ", "1\\frac{1}{")),
    # questions/variants/lists.py, matrices.py, intervals.py: of one space for many, 2,000 characters at most
    r",? (?:or|and) ": (TYPED, (", or", " and")),
    r"(?<=\d),(?=\d)": (TYPED, ("1,",)),
    r"[-+]?\d{1,3}(?:,\d{3})+": (TYPED, ("1,234", ",123")),
    r"(?<!\d)\d{1,3} \d{3}(?!\d)": (TYPED, ("1 ", "1 234")),
    r"^[^\W\d_](?:_?\{?\d{1,2}\}?)? ?= ?": (TYPED, ("x_1", "x =")),
    r"\\begin\{([a-zA-Z]{0,6}(?:matrix|array)\*?)\}(?:\{[lcr|]{1,30}\})?(.*)\\end\{\1\}": (
        TYPED,
        ("\\begin{array}", "\\begin{array}{c}", "\\end{array}", "\\begin{matrix}\\end{array}"),
    ),
    r"(?:[a-zA-Z]{1,10}\.)?(?:array|matrix|Matrix|tensor|asarray|mat)\s?\((.*)\)": (TYPED, ("np.array(", "array()")),
    r"^[a-zA-Z]{1,3}\s?=\s?": (TYPED, ("A =",)),
    r",\s?(?:dtype|device)\s?=\s?[\w.']{1,20}$": (TYPED, (",dtype=", ", dtype = a")),
    r"\d,\d": (TYPED, ("1,",)),
    r"[\])}]\s?[,;]?\s?": (TYPED, ("] ,",)),
    r"[;\n]": (TYPED, ()),
    r"\b(?:infinity|infty|inf|oo)\b": (TYPED, ("inf", "oo ")),
    r" ?∪ ?| (?:or|union|U|∨) |(?<=[\])}\[]) ?[Uu] ?(?=[\[\](){])": (TYPED, ("∪ ", " or", ")U ", ") u(")),
    r"^[Rℝ] ?\{": (TYPED, ("R {",)),
    r"([\[\](])(.*)([\[\])])": (TYPED, ("[", "(]")),
    r"([<>≤≥=≠])": (TYPED, ("<",)),
    # questions/kinds/intervals.py
    r"\{\{|\}\}|\{([^{}:]+)\}": (TYPED, ("{{", "{a", "{a}")),
    # questions/variants/units.py
    r"\\(?:mathrm|text|textrm|operatorname|unit)\{([^{}]{1,40})\}": (TYPED, ("\\text{", "\\text{a}")),
    "[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+": (TYPED, ("⁻", "⁻¹")),
    r"[^\W\d_]+|° ?[CF](?![^\W\d_])|[°‰€£]": (TYPED, ("°", "° C")),
    r"(?:\^ ?)?\{?([-+]?[0-9]{1,3})\}?": (TYPED, ("^", "^{-1}")),
    r"(?<=[^\W\d_])\.(?=[^\W\d_])": (TYPED, ("a.",)),
    r"\bper\b": (TYPED, ("per ", "per")),
    r" ?([/*]) ?": (TYPED, (" / ",)),
    r"(?<![^\W\d_\\])(?!(?<=[\d.])[eE][-+]?\d)(?:1 ?/ ?|/ ?)?(?:[^\W\d_]|[°‰€£(]|\\(?:mathrm|text|Omega|mu))": (
        TYPED,
        ("1 / ", "\\mu", "1e"),
    ),
    r"[{}]": (TYPED, ()),
    r"\D": (TYPED, ()),
    r"[,;]": (TYPED, ()),
    r"(?<!\d)0*[1-9]\d{0,2},\d{3}(?!\d)": (TYPED, ("0", "01,0", "1,0000")),
    r"(\d*),(\d+)": (TYPED, ("0", "0,")),
    # questions/kinds/places.py
    r"\[\[([a-z][a-z0-9-]*)\]\]": (LENGTH, ("[[", "[[a", "[[a]")),
    # questions/variants: formulas and texts of numeric items
    r"[A-Za-z_]\w*": (LENGTH, ()),
    r"row\(([A-Za-z_]\w*)\)": (LENGTH, ("row(a",)),
    r"\\(?:text|mathrm|mathbf|mathsf|mathtt|operatorname|begin|end|label|tag)\s*$": (LENGTH, ("\\text", "\\end  ")),
    r"(?:\\[a-zA-Z]+|[\^_}\]])$": (LENGTH, ("\\a", "^")),
    r"(.*):\s*(\.\d{1,2}[gf]|frac)\s*": (LENGTH, (":.1g", ": .1", ":  ")),
    r"(?:[-+/*^]|\\times|\\cdot|\\div)\s*$": (LENGTH, ("-  ", "\\times ")),
    r"(?:/|\\div)\s*$": (LENGTH, ("/  ", "\\div ")),
    # questions/kinds/short_text.py
    r"[^\W\d_]+|[\s'\",;:()]+": (LENGTH, ("a ", "a(")),
    # questions/variants/dollars.py
    r"\n[ \t]*(?:\n|[-+*][ \t]|\d+[.)][ \t]|[#>|]|```|~~~|:::)": (LENGTH, ("\n ", "\n1", "\n\t", "``")),
    # questions/kinds/typed_text.py, of a few hundred characters at most
    r"(?<![\w.])\.(?=\d)": (LENGTH, (".1", " .")),
    r"(?<=[^\W\d_]{2})[!?]+$": (TYPED, ("aa!", "!?")),
    r"(?<=[\w)\]])\.+$": (TYPED, ("a.", ".)")),
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?\w*|\.\d+(?:[eE][-+]?\d+)?|\w+'
    r"|\*\*=|//=|<<=|>>=|===|!==|\.\.\.|[-+*/%@&|^=!<>:]=|\*\*|//|<<|>>|&&|\|\||\+\+|--|->|::|\S": (
        TYPED,
        ('"a', "1e", "'\\"),
    ),
    # questions/interchange/yaml.py
    r"^[-+]?[0-9]{1,18}$": (LENGTH, ()),
    r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$": (LENGTH, ("1e1", "1.1")),
    r"^(true|false)$": (LENGTH, ("true",)),
    r"---\r?\n(.*?)\r?\n---\r?\n(.*)\Z": (LENGTH, ("---\r\n", "\r\n---\r", "\n---\n\n")),
    # questions/text
    r"\btry=([a-z0-9-]+(?:,[a-z0-9-]+)*)": (LENGTH, ("try=a-", "try=a,a")),
    # questions/text/headings.py, questions/text/outline.py
    r"\{(?:#(?P<id>[^\s{}]+))?[ \t]*(?:teaches=(?P<teaches>[a-z0-9,-]*))?\}$": (
        LENGTH,
        ("{#a", "{#a ", "{ ", "{teaches=a,"),
    ),
    r"\bteaches=([a-z0-9-]+(?:,[a-z0-9-]+)*)": (LENGTH, ("teaches=a-", "teaches=a,a")),
    r"(?<![(\[“‘„])[(\[“‘„]+$": (LENGTH, ("(", "([", "“")),
    r"^(?:[-–]\w+|[.,;:!?)\]”’…%]+)+": (LENGTH, ("-a", ".-a", "…", "-a.")),
    r"(?<=\d) %": (LENGTH, ("1 ",)),
    # It reads what was cleaned, where whatever opens is closed.
    r'<div class="simulator-place simulator-(?P<name>[a-z-]+)">.*?</div>': (
        LENGTH,
        ('<div class="simulator-place simulator-a">x</div>', '<div class="simulator-place simulator-a', "</div>"),
    ),
    r"KaTeX parse error: ([^\n]*)": (LENGTH, ("KaTeX parse error: ",)),
    r'</span>|<span class="mord(?: mtight)?">': (LENGTH, ('<span class="mord', "</span")),
    r"<(/?)s>": (LENGTH, ("<s", "</s")),
    r'<(span|div) class="(math(?: display)?)">([^<]*)</\1>': (LENGTH, ('<span class="math">a</div>',)),
    r"</(?:p|li|h\d|t[dh]|pre|div|aside)>|<br>": (LENGTH, ("</h1", "<br")),
    r"\x02([^\x02\x03]*)\x03|(\s+)|([^\s\x02]+)": (LENGTH, ("\x02a", "\x02 ")),
    r"([^\W_]+(?:\+\+|#)?)": (LENGTH, ("a+", "a#")),
    r"([bdfgmnprt])\1$": (LENGTH, ("b", "nn ")),
    r"<[^<>]*>": (LENGTH, ("<", "<a ")),
    # It reads what was cleaned, as above.
    r'<(?P<tag>div|span) class="math display">[^<]*</(?P=tag)>|<aside class="callout callout-exam"[^>]*>.*?</aside>': (
        LENGTH,
        (
            '<aside class="callout callout-exam">x</aside>',
            '<aside class="callout callout-exam"',
            '<div class="math display">',
        ),
    ),
    r"[^\W\d_]{4,30}": (LENGTH, ("abc", "a" * 31)),
    r"\\[A-Za-z]+": (LENGTH, ("\\", "\\a")),
    r"[^\W_]+(?:\+\+|#)?": (LENGTH, ("a_", "a+", "a#")),
    r"(?<=[^\W\d_])[\^_]\{?(?=\d)": (LENGTH, ("w^", "w_{", "w^{2")),
    r"([^\W\d_])(\d+)": (LENGTH, ("w2",)),
    r'<div class="diagram-place">([a-z]*)\n([^<]*)</div>': (
        LENGTH,
        ('<div class="diagram-place">', '<div class="diagram-place">a\n'),
    ),
    r'<img class="picture" src="([^"]*)"': (LENGTH, ('<img class="picture" src="', '<img class="picture" src="a')),
    # questions/figures and the course's folder: names and sizes of pictures
    r"[a-z0-9]+(?:-[a-z0-9]+)*": (LENGTH, ("a-",)),
    r"(?P<name>[a-z0-9-]{1,60})-(?P<width>\d{1,5})x(?P<height>\d{1,5})-[0-9a-f]{32}\.(?P<ending>\w+)": (
        LENGTH,
        ("-1", "1x1-", "-1x1-" + "0" * 32, "-1x1-" + "0" * 32 + "."),
    ),
    r"([0-9]+(?:\.[0-9]+)?)(px|pt|mm|cm|in)?": (LENGTH, ("1.1",)),
    r"[\s,]+": (LENGTH, (" ,",)),
    r"""@import|expression\s*\(|url\s*\(\s*(?!["']?#)|\\""": (LENGTH, ("url", "url(", "url( ", "expression ", "url #")),
    r"(?<=\]\(media/)[^\s)\"'<>]+": (LENGTH, ("](media/", "](media/a")),
    r"!\[([^\[\]]*)\]\((media/[^\s()]+)\)": (LENGTH, ("![", "![a](media/", "![a](media/a", "![a](media/a)")),
    r"-(\d{1,5})x(\d{1,5})-[0-9a-f]{32}\.\w{1,9}$": (LENGTH, ("-1", "-1x1-", "-1x1-" + "0" * 32 + ".")),
    # questions/bank/telling.py
    r"\$([^$]+)\$": (LENGTH, ("$a", "$$")),
    r"\\[,;:! ]|\\(?:left|right|displaystyle)(?![a-z])|\s+": (LENGTH, ("\\left", "\\,", "\\lefta")),
    r"\A[\\\w]+=[-+\d.]+|\A[^a-zA-Z\\]+": (LENGTH, ("\\a", "a=1", "a=")),
    r"[-+=/^]|\\(?:cdot|times|frac|sum|sqrt)": (LENGTH, ("\\", "\\fra")),
    # questions/models: links of reading lists
    r"https?://[^\s/]": (LENGTH, ("https:/", "https://")),
    # quizzes/reminders
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?": (LENGTH, ("https://a.", "http://a:1")),
    r"[^\x21-\x7e]": (LENGTH, ()),
    # quizzes/memory_upkeep/histories/anki.py
    r"</?(?:br|div|p|h[1-6]|hr|li|ol|ul|dl|dt|dd|table|tr|t[dh]|pre|blockquote)\b[^<>]*>": (LENGTH, ("<p ", "</div")),
    r"&#[0-9]{20,};?": (LENGTH, ("&#" + "9" * 19, "9", "&#")),
    r"\\[()\[\]]|\[/?\$+\]|\[/?latex\]|\$+": (LENGTH, ("[$", "[/$$", "$", "\\(")),
    # questions/interchange/anki/cards.py
    r"\{\{([^{}]+)\}\}": (LENGTH, ()),
    r"<hr\b[^<>]*>": (LENGTH, ("<hr",)),
    r"\[sound:[^\[\]]*\]": (LENGTH, ("[sound:",)),
    r"\{\{c(\d{1,3})::": (
        LENGTH,
        (
            "{{c1::",
            "}}",
        ),
    ),
    r"\{\{c\d{1,3}::|\}\}": (
        LENGTH,
        (
            "{{c1::",
            "}}",
        ),
    ),
    # questions/interchange/anki/occlusions.py
    r"\{\{c(\d{1,3})::image-occlusion:(rect|ellipse|polygon|text)((?::[^:{}]*)*)\}\}": (
        LENGTH,
        (
            "{{c1::image-occlusion:rect:",
            "{{c1::image-occlusion:rect:left=",
            "a=",
        ),
    ),
    # questions/interchange/anki/reading.py
    "\ue012([0-9]{1,9})\ue014": (LENGTH, ()),
    r"\\[(\[]|\$": (LENGTH, ()),
    # questions/interchange/asking.py
    r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*": (LENGTH, ()),
    # questions/interchange/formulas.py
    r"\\[()\[\]]|\$\$": (LENGTH, ()),
    # questions/interchange/markdown.py
    "\ue010([0-9]{1,9})\ue011": (LENGTH, ()),
    r"([*`\\]|(?<![^\W_])_|_(?![^\W_])|~~|\[\[|\](?=[(\[:])|\$|&(?=#?\w+;)|<(?=https?:))": (LENGTH, ()),
    r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|:::)": (LENGTH, ()),
    r"^(\s*\d{1,9})([.)](?:\s|$))": (LENGTH, ()),
    r"(?m)^ (?=\S)": (LENGTH, ()),
    r"\n{3,}": (LENGTH, ()),
    # questions/interchange/moodle/aiken.py
    r"([A-Z])[.)]\s*(\S.*)": (LENGTH, ("A.", "A) ")),
    r"ANSWER:\s*([A-Za-z])\s*": (LENGTH, ("ANSWER:", "ANSWER:A ")),
    # questions/interchange/moodle/blanks.py
    r"\{([0-9]{0,4}):([A-Z_]{2,24}):": (LENGTH, ("{1:", "{1:MC:")),
    r'\\([~=#{}:"])': (LENGTH, ()),
    r"\[\[([0-9]{1,3})\]\]": (LENGTH, ("[[1",)),
    # questions/interchange/moodle/calculated.py
    r"\{([A-Za-z][A-Za-z0-9_]{0,40})\}": (LENGTH, ("{a",)),
    r"\{=((?:[^{}]|\{[^{}]*\})*)\}|\{([A-Za-z][A-Za-z0-9_]{0,40})\}|([{}])": (2000, ("{=", "{={a}", "{=a")),
    r"\bpow\(([^(),]*),([^(),]*)\)": (LENGTH, ("pow(", "pow(a,")),
    # questions/interchange/moodle/gift.py
    r"\[(id|tag):([^\]]{1,200})\]": (LENGTH, ("[id:", "[tag:a")),
    r"\[(html|moodle|plain|markdown)\]": (LENGTH, ("[html",)),
    r"([=~])\s*(?:%(-?[0-9.]{1,12})%)?": (LENGTH, ("=%", "~ ")),
    r"[=~]": (LENGTH, ()),
    # questions/interchange/moodle/text_formats.py
    r"<([a-zA-Z][a-zA-Z0-9]{0,9})[\s>]": (LENGTH, ("<a",)),
    r"</([a-zA-Z][a-zA-Z0-9]{0,9})\s*>": (LENGTH, ("</a", "</a ")),
    r"<(?:br|hr|img)\b[^<>]*>": (LENGTH, ("<br", "<img ")),
    r"\n\s*\n": (LENGTH, ("\n", "\n ")),
    # questions/interchange/qti/calculated.py
    r"[a-z][a-z0-9]*": (LENGTH, ()),
    # questions/interchange/qti/items.py
    r"incorrect|wrong|false|partly|fout|^_\d+f$|0f$": (LENGTH, ()),
    "([\ue012\ue013])([0-9]{1,9})\ue014": (LENGTH, ()),
    "\ue013([0-9]{1,9})\ue014": (LENGTH, ()),
    # questions/interchange/qti/legacy.py
    r"</?(p|div|span|br|b|i|em|strong|img|sub|sup|table|ul|ol|li)\b[^<>]*>": (LENGTH, ()),
    r"<[^<>]+>": (LENGTH, ()),
    # questions/interchange/qti/metadata.py
    r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:\.\d+)?S)?": (LENGTH, ("PT1H",)),
    # questions/interchange/qti/trees.py
    r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""": (
        200,
        (
            "<?xml ",
            "encoding=",
            "<?xml encoding",
        ),
    ),
    "[\ue000\ue001]": (LENGTH, ()),
    r"<question\b": (LENGTH, ("<question",)),
    # questions/interchange/tables/columns.py
    r"\d{1,2}$": (LENGTH, ()),
    # questions/interchange/tables/reading.py
    r"#([a-z ]+):(.*)": (LENGTH, ()),
    r'"[^"]*"': (LENGTH, ()),
    r"[;\n|]": (LENGTH, ()),
    r"[;,|]": (LENGTH, ()),
    # questions/interchange/texts.py
    r"[^a-z0-9]+": (LENGTH, ()),
    # questions/interchange/anki/writing.py
    r"\[\[([a-z][a-z0-9-]{0,31})\]\]": (LENGTH, ()),
    r'<img src="([^"]*)"': (LENGTH, ()),
    # questions/interchange/leaving.py
    r"""<span class="unbroken">([^<]*)</span>""": (LENGTH, ()),
    r'<img class="picture" src="/media/([^"]*)"': (LENGTH, ()),
    # questions/bank/guessing.py
    r"<quiz\b": (LENGTH, ("<quiz",)),
    r"imsqtiasi_v3|<qti-": (LENGTH, ("imsqtiasi_v", "<qti")),
    r"<(?:\w+:)?(?:questestinterop|assessmentItem|assessmentTest|manifest|item|section)\b": (LENGTH, ("<a:", "<items")),
    r"(?m)^ANSWER:": (LENGTH, ("ANSWER\n",)),
    r"(?m)^#(?:separator|html|notetype|deck|columns|tags):": (LENGTH, ("#html\n",)),
    r"(?m)^::|\$CATEGORY:|\{[^{}]{0,2000}[=~#TF]": (LENGTH, ("{" + "a" * 2000, "$CATEGORY")),
    r"[\t;]": (LENGTH, ()),
    # questions/interchange/qti/questions.py
    r"!\[[^\[\]]*\]\(media/([^\s()]+)\)": (LENGTH, ()),
    # questions/interchange/moodle: writing
    r' alt="([^"]*)"': (LENGTH, ()),
    r'([~#}]|^[=%]|(?<=\\)[={:"])': (LENGTH, ()),
    r"(difficulty|seconds):([0-9]{1,4})": (LENGTH, ()),
    r"<img [^<>]*>": (LENGTH, ()),
    r"[ \t\n\r\f]+": (LENGTH, ()),
    r"[\\~=#{}:]": (LENGTH, ()),
    r"\\([~=#{}:\\]|n(?![A-Za-z]))": (LENGTH, ()),
    r"\n(?![A-Za-z])": (LENGTH, ()),
    r"blank\d{1,2}": (LENGTH, ()),
    # questions/interchange/moodle: writing
    # questions/interchange/qti/spelling.py
    r"[A-Z]": (LENGTH, ()),
}


def patterns_of(source: str) -> Iterator[str]:
    """The patterns that a module gives to `re`."""
    for node in ast.walk(ast.parse(source)):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "re"), "write re.compile(…), to be found here"
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_]) if name in CALLS:
                assert isinstance(first, ast.Constant), f"a pattern is computed in line {node.lineno}"
                assert isinstance(first.value, str)
                yield first.value


def test_every_pattern_is_reviewed() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    found = {pattern for file in files for pattern in patterns_of(file.read_text(encoding="utf-8"))}
    assert found == set(REVIEWED)


@pytest.mark.parametrize("pattern", REVIEWED)
def test_a_pattern_takes_no_time(pattern: str) -> None:
    length, pumps = REVIEWED[pattern]
    compiled = re.compile(pattern, re.DOTALL)
    for pump in (*PUMPS, *pumps):
        body = pump * (length // len(pump))
        for text in (body, body + "!", f"1{body}", f"\\a{body}\x00", f"---\n{body}"):
            assert any(_seconds(compiled, text) < SECONDS for _ in range(3)), (pump, text[:40])


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.thread_time()
    if pattern.pattern not in WHOLE:
        pattern.sub("", text)
    pattern.fullmatch(text)
    return time.thread_time() - began
