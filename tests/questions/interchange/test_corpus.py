"""What others wrote comes in as it is, or is named, in every format whose files are at hand."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from bs4 import BeautifulSoup

from questions.interchange.leaving import to_html
from questions.interchange.markdown import to_markdown
from questions.interchange.qti.trees import CDATA_BEGINS, CDATA_ENDS, TreeError, parse
from tests.questions.interchange import corpus

NO_KEY = {
    *("kennisnet__match-interaction-no-processing.xml", "ankidroid__media.apkg"),
    *("brunomnsilva__example_DummyCategory2.xml", "sergeinack3__broken_cloze_questions.xml"),
}
"""Without an answer that can be right, or with a sound alone: refused by name."""

HELD_ALL_THE_SAME = {
    # Wrong options take away what right ones give, as here.
    *(("LucasWolfgang__all.gift", 22), ("LucasWolfgang__multichoice.gift", 4), ("sergeinack3__examples.txt", 31)),
    *(("tsugiproject__chatgpt-torture.txt", 20), ("pie-framework__mapping-mixed-signs-choice.xml", 1)),
    # One option has all points; that of the maximum is given twice.
    *(("LucasWolfgang__bb8.imscc", 6), ("LucasWolfgang__bb8.imscc", 10)),
}
"""Questions of which the list of what is expected says that they cannot be held."""


@pytest.mark.parametrize("family", corpus.READ_AS)
def test_what_our_kinds_hold_comes_in_and_the_rest_is_named(family: str) -> None:
    listed = corpus.files(family)
    if not listed:
        pytest.skip("the files of others are not here: INTEROP_FILES says where they are")
    checked = [(file, each) for file, expected in listed for each in corpus.check(file, expected, family)]
    able = [(file, each) for file, each in checked if each.must_come_in and file.name not in NO_KEY]
    wrong = [(file.name, each.flaw) for file, each in able if each.flaw]
    assert len(wrong) <= 0.02 * len(able), wrong
    unnamed = {(file.name, n) for file, expected in listed for n in corpus.list_unnamed(file, expected, family)}
    assert unnamed <= HELD_ALL_THE_SAME, "of each question that cannot come in whole it is said what is lost"


def words_of(html: str) -> str:
    """What HTML says, without spaces."""
    soup = BeautifulSoup(html.replace(CDATA_BEGINS, "").replace(CDATA_ENDS, ""), "html.parser")
    return "".join(soup.get_text().split())


def test_texts_say_as_markdown_what_they_said_as_html() -> None:
    """But those with formulas, whose signs are set, and those with blanks, which are parts; and without pictures."""
    texts = []
    for file, _ in corpus.files("moodle_xml"):
        with suppress(TreeError):
            elements = parse(file.read_bytes()).iter("text")
            texts += [text for element in elements if "<" in (text := "".join(element.itertext()))]
    if not texts:
        pytest.skip("the files of others are not here: INTEROP_FILES says where they are")
    plain = [text for text in texts if not re.search(r"\$|\\[(\[]|\[\[|\{", text)]
    lost: list[str] = []
    shown = [to_html(to_markdown(text, lambda source, words: "", lost.append)) for text in plain]

    assert len(plain) > 100
    differ = [(text, html) for text, html in zip(plain, shown, strict=True) if words_of(text) != words_of(html)]
    assert not differ
