"""A question of Moodle XML, by its type, as one of ours. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.markdown import OURS
from questions.interchange.moodle import blanks
from questions.interchange.moodle.answers import Answer, choose, read_percent, type_number, type_text
from questions.interchange.moodle.calculated import draw_data
from questions.interchange.moodle.places import read_places
from questions.interchange.moodle.text_formats import split_solution, to_html, to_markdown
from questions.interchange.texts import Texts

MOST_HINTS = 5
STOCK = ("your answer is ", "votre réponse est ", "respuesta ", "die antwort ist ", "答え")
"""How what Moodle says on its own begins."""
NOT_ASKED = {
    "description": "It asks nothing: a text alone.",
    "random": "It stands for a question that Moodle draws.",
    "randomsamatch": "Moodle makes it of other questions each time.",
}


@dataclass(frozen=True)
class Question:
    """A question of a file, its texts read as Markdown."""

    element: Element
    texts: Texts
    remarks: Remarks

    def raw(self, path: str) -> str:
        """The text at a path, as it is written."""
        return _text(self.element.find(path))

    def flag(self, path: str) -> bool:
        """Whether what stands there says yes."""
        return self.raw(path).lower() in ("1", "true")

    def markdown(self, element: Element | None, otherwise: str = "html") -> str:
        """The Markdown of an element with a text in it."""
        return self.markdown_of(_inner(element), element, otherwise) if element is not None else ""

    def markdown_of(self, text: str, element: Element, otherwise: str = "html") -> str:
        """The Markdown of a text that stands in an element."""
        return to_markdown(text, element.get("format", otherwise), self.texts)

    def html(self, element: Element) -> str:
        """The HTML of an element with a text in it."""
        form = element.get("format", "html")
        return to_html(_inner(element), form) if form != "markdown" else _inner(element)

    def answers(self, *, are_typed: bool = False) -> list[Answer]:
        """Its answers; what is typed is no Markdown."""
        return [
            Answer(
                _inner(answer).strip() if are_typed else self.markdown(answer, "moodle"),
                read_percent(answer.get("fraction", "0")),
                self.markdown(answer.find("feedback")),
                _text(answer.find("tolerance")),
            )
            for answer in self.element.findall("answer")
        ]

    @property
    def blank_text(self) -> blanks.Markdown:
        """What makes Markdown of HTML in the format of the question's text."""
        form = self.element.find("questiontext")
        is_markdown = form is not None and form.get("format") == "markdown"
        return (lambda text: text.strip()) if is_markdown else self.texts.markdown


def _text(element: Element | None) -> str:
    return "".join(element.itertext()).translate(OURS).strip() if element is not None else ""


def _inner(element: Element) -> str:
    """The text of an element: in its <text>, in old files in itself."""
    inner = element.find("text")
    return "".join(inner.itertext()).translate(OURS) if inner is not None else (element.text or "").translate(OURS)


Read = Callable[[Question], tuple[str, Asked]]


def read_question(question: Question) -> tuple[str, dict[str, object]]:
    """The kind and the body of a question. Raises RefusedError."""
    kind = question.element.get("type", "")
    if kind not in READERS:
        raise RefusedError(NOT_ASKED.get(kind, f"Questions of the type “{kind}” are not asked here."))
    stem, asked = READERS[kind](question)
    if not stem:
        raise RefusedError("It has no text.")
    return asked.kind, {"stem": _with_old_picture(question, stem), **asked.fields, **_after(question, asked)}


def _with_old_picture(question: Question, stem: str) -> str:
    """The stem with the picture that Moodle 1.9 had beside it."""
    name = question.raw("image").rpartition("/")[2]
    if not name or f"media/{name}" in stem:
        return stem
    content = question.texts.fetch(name)
    if content is None:
        question.remarks.lost.append(f"The picture {name} is missing.")
        return stem
    return f"{stem}\n\n{question.texts.place(name, content, '')}".strip()


def _after(question: Question, asked: Asked) -> dict[str, object]:
    """Explanation and hints; feedback to right and wrong answers."""
    general = question.element.find("generalfeedback")
    said_after = split_solution(_inner(general)) if general is not None else ("", "")
    explanation, solution = (
        question.markdown_of(text, general) if text and general is not None else "" for text in said_after
    )
    hints = [hint for each in question.element.findall("hint") if (hint := question.markdown(each))]
    if len(hints) > MOST_HINTS:
        question.remarks.lost.append(f"{len(hints) - MOST_HINTS} hints: there are {MOST_HINTS} at most.")
    said = {
        name: text
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
        if (text := question.markdown(question.element.find(name))) and not text.lower().startswith(STOCK)
    }
    right = said.pop("correctfeedback", "")
    if right and right not in explanation:
        explanation = f"{explanation}\n\n{right}".strip()
    wrong = said.pop("incorrectfeedback", "")
    if wrong and not asking.say_to_wrong(asked, wrong):
        question.remarks.lost.append(f"What is said to any wrong answer: “{wrong}”")
    if said:
        question.remarks.lost.append(f"What is said to partly right answers: “{said['partiallycorrectfeedback']}”")
    after: dict[str, object] = {"hints": hints[:MOST_HINTS]} if hints else {}
    return after | {n: t for n, t in (("explanation", explanation), ("solution", solution)) if t}


def _stem(question: Question) -> str:
    return question.markdown(question.element.find("questiontext"))


def _choose(question: Question) -> tuple[str, Asked]:
    """Without <single> it is Moodle's default, one right option."""
    several = question.element.find("single") is not None and not question.flag("single")
    return _stem(question), choose(question.answers(), question.remarks, several=several)


def _true_false(question: Question) -> tuple[str, Asked]:
    answers = [Answer(a.text.capitalize(), a.percent, a.because) for a in question.answers()]
    return _stem(question), choose(answers, question.remarks, several=False)


def _type(question: Question) -> tuple[str, Asked]:
    answers = question.answers(are_typed=True)
    return _stem(question), type_text(answers, question.remarks, exact_case=question.flag("usecase"))


def _number(question: Question) -> tuple[str, Asked]:
    asked = type_number(question.answers(are_typed=True), question.remarks)
    units = {_text(unit.find("unit_name")): _text(unit.find("multiplier")) for unit in question.element.iter("unit")}
    own = next((name for name, factor in units.items() if name and asking.number(factor) == 1), None)
    others = [name for name in units if name and name != own]
    if others:
        question.remarks.lost.append(f"That it may be given in {', '.join(others)}.")
    if own and question.raw("unitgradingtype") not in ("", "0"):
        question.remarks.lost.append("That the unit is typed: it stands behind the field.")
    return _stem(question), Asked(asked.kind, asked.fields | ({"unit": own} if own else {}))


def _match(question: Question) -> tuple[str, Asked]:
    pairs: list[tuple[str, str, str]] = []
    others: list[str] = []
    for row in question.element.findall("subquestion"):
        left, right = question.markdown(row, "moodle"), question.markdown(row.find("answer"), "moodle")
        if left:
            pairs.append((f"pair{len(pairs) + 1}", left, right))
        elif right:
            others.append(right)
    return _stem(question), asking.match(pairs, others, question.remarks)


def _order(question: Question) -> tuple[str, Asked]:
    return _stem(question), asking.order([answer.text for answer in question.answers()])


def _write(question: Question) -> tuple[str, Asked]:
    model = question.markdown(question.element.find("graderinfo"))
    if template := question.markdown(question.element.find("responsetemplate")):
        question.remarks.lost.append(f"The template of an answer: “{template[:80]}”")
    if question.raw("attachments") not in ("", "0"):
        question.remarks.lost.append("That files are handed in with it.")
    return _stem(question), Asked("open_response", {"model": model, "points": [{"text": model}]} if model else {})


def _text_element(question: Question) -> Element:
    element = question.element.find("questiontext")
    if element is None:
        raise RefusedError("It has no text.")
    return element


def _cloze(question: Question) -> tuple[str, Asked]:
    return blanks.read_cloze(question.html(_text_element(question)), question.blank_text, question.remarks)


def _gap_select(question: Question) -> tuple[str, Asked]:
    options = [
        (_inner(option).strip(), _text(option.find("group")))
        for name in ("selectoption", "dragbox")
        for option in question.element.findall(name)
    ]
    html = question.html(_text_element(question))
    return blanks.read_gap_select(html, options, question.remarks, question.texts.markdown)


def _places(question: Question) -> tuple[str, Asked]:
    """Markers or words on the picture that stands beside the question's text."""
    file = question.element.find("file")
    name = file.get("name", "") if file is not None else ""
    content = question.texts.fetch(name)
    image = question.texts.place(name, content, "") if content else ""
    return _stem(question), read_places(
        question.element, image, lambda drag: question.markdown(drag, "moodle"), question.remarks
    )


def _gap_fill(question: Question) -> tuple[str, Asked]:
    wrong = [answer.text for answer in question.answers(are_typed=True) if answer.percent <= 0 and answer.text]
    return blanks.read_gap_fill(
        question.html(_text_element(question)),
        question.raw("delimitchars"),
        wrong,
        question.remarks,
        question.blank_text,
        is_typed=question.raw("answerdisplay") in ("", "gapfill"),
        exact_case=question.flag("casesensitive"),
    )


def _true_false_rows(question: Question) -> tuple[str, Asked]:
    """Rows that are each true or false, as options to tick."""
    right = {
        weight.get("rownumber")
        for weight in question.element.iter("weight")
        if weight.get("columnnumber") == "1" and read_percent(_text(weight.find("value")) or "0") > 0
    }
    answers = [
        Answer(
            question.markdown(row.find("optiontext")),
            100.0 if row.get("number") in right else 0.0,
            question.markdown(row.find("feedbacktext")),
        )
        for row in question.element.findall("row")
    ]
    asked = choose(answers, Remarks(), several=True)
    question.remarks.changed.append("Rows that are true or false have become options to tick.")
    return _stem(question), asked


def _calculated(question: Question) -> tuple[str, Asked]:
    answers = question.element.findall("answer")
    if not answers:
        raise RefusedError("It does not say which number is right.")
    if len(answers) > 1:
        question.remarks.lost.append(f"{len(answers) - 1} of {len(answers)} answers: one number is right.")
    answer = answers[0]
    tolerance = float(asking.number(_text(answer.find("tolerance"))) or 0)
    is_relative = _text(answer.find("tolerancetype")) in ("", "1")
    precision: dict[str, object] = {"tolerance": {"rtol" if is_relative else "atol": tolerance}}
    asked = Asked("numeric", {"answer": _inner(answer).strip(), **(precision if tolerance > 0 else {"exact": True})})
    return draw_data(question.element, _stem(question), asked, question.remarks)


def _calculated_choice(question: Question) -> tuple[str, Asked]:
    stem, asked = _choose(question)
    return draw_data(question.element, stem, asked, question.remarks)


READERS: dict[str, Read] = {
    "multichoice": _choose,
    "multichoiceset": _choose,
    "truefalse": _true_false,
    "shortanswer": _type,
    "numerical": _number,
    "matching": _match,
    "ddmatch": _match,
    "essay": _write,
    "ordering": _order,
    "multianswer": _cloze,
    "cloze": _cloze,
    "gapselect": _gap_select,
    "ddwtos": _gap_select,
    "ddmarker": _places,
    "ddimageortext": _places,
    "gapfill": _gap_fill,
    "kprime": _true_false_rows,
    "calculated": _calculated,
    "calculatedsimple": _calculated,
    "calculatedmulti": _calculated_choice,
}
