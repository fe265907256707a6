"""Importing a file of questions into the tiny course: Moodle XML of four kinds, with formulas, lists and feedback."""

from __future__ import annotations

import resource
from pathlib import Path
from xml.etree import ElementTree

from questions import bank
from questions.interchange.formats import FORMATS
from questions.models import Item
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

QUESTIONS = 10_000 if FULL else 1_000
GOAL = 60 / 10_000
PARSED = "its XML, parsed"
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """One question of the file: as it comes in, and when the file comes again."""
    content = _quiz().encode()
    with migrated():
        course = bank.load_course(TINY, seeds=20).course

        def bring() -> bank.ImportReport:
            return bank.import_questions(course, "moodle-xml", "a.xml", FORMATS["moodle-xml"].read(content, "a.xml"))

        before = Item.objects.count()
        first = seconds(bring, QUESTIONS, repeat=1)
        assert Item.objects.count() == before + QUESTIONS
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        again = seconds(bring, QUESTIONS, repeat=1)
        assert Item.objects.count() == before + QUESTIONS
    parsed = seconds(lambda: ElementTree.fromstring(content), QUESTIONS)
    note = f"{first * QUESTIONS:.0f} s for {QUESTIONS:,}, {memory} MiB at most"
    return [
        Row("import a question", first, PARSED, parsed, note, at_most=GOAL),
        Row("import it again", again, PARSED, parsed, note=f"{again * QUESTIONS:.0f} s for {QUESTIONS:,}"),
    ]


def _quiz() -> str:
    return f"<quiz>{''.join(map(_question, range(QUESTIONS)))}</quiz>"


def _question(number: int) -> str:
    stem = f"Question {number}: what is \\(x_{{{number}}}^2\\) of &lt;b>this&lt;/b>?&lt;ul>&lt;li>One&lt;/li>&lt;/ul>"
    kind, answers = (
        ("multichoice", "<single>true</single>" + "".join(_option(number, place) for place in range(4))),
        ("numerical", f"<answer fraction='100'><text>{number}.5</text><tolerance>0.1</tolerance></answer>"),
        ("shortanswer", f"<answer fraction='100'><text>word {number}</text></answer>"),
        ("matching", "".join(_pair(place) for place in range(4))),
    )[number % 4]
    return (
        f"<question type='{kind}'><name><text>Question {number} of many</text></name>"
        f"<questiontext format='html'><text>{stem}</text></questiontext>"
        f"<generalfeedback format='html'><text>&lt;p>So {number}.&lt;/p></text></generalfeedback>"
        f"{answers}</question>"
    )


def _option(number: int, place: int) -> str:
    text = f"&lt;p>Answer {number} {place}&lt;/p>"
    return f"<answer fraction='{0 if place else 100}' format='html'><text>{text}</text></answer>"


def _pair(place: int) -> str:
    return f"<subquestion><text>left {place}</text><answer><text>right {place}</text></answer></subquestion>"
