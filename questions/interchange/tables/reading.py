"""Reads CSV and TSV: tables with a heading, two columns of cards, and notes that Anki exports as text."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from questions.interchange import asking
from questions.interchange.asking import Asked, Option, RefusedError, Remarks
from questions.interchange.found import Found, refuse
from questions.interchange.tables.columns import Columns, read_columns
from questions.interchange.texts import Texts
from questions.text.encodings import decode_text
from questions.whole_numbers import read_whole_number

MOST_COLUMNS = 1000
MOST_HINTS = 5
RISKY = ("=", "+", "-", "@", "\t", "\r")
SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "colon": ":"}
KINDS = {
    "multichoice": "single_choice",
    "multiple choice": "single_choice",
    "truefalse": "single_choice",
    "true/false": "single_choice",
    "shortanswer": "short_text",
    "short answer": "short_text",
    "numerical": "numeric",
    "essay": "open_response",
    "flashcard": "recall",
    "basic": "recall",
}
DIRECTIVE = re.compile(r"#([a-z ]+):(.*)")


@dataclass(frozen=True)
class Table:
    """The rows of a file, each with its line; what `#html:true` and its like say at the top; how it was decoded."""

    rows: list[tuple[int, list[str]]]
    directives: dict[str, str] = field(default_factory=dict)
    remark: str = ""


def read_table(content: bytes, name: str) -> Iterator[Found]:
    """The questions of a table."""
    try:
        table = _split(content)
    except csv.Error as error:
        yield refuse(name, name, f"It is no table: {error}.")
        return
    columns = read_columns(table.rows[0][1]) if table.rows and not table.directives else None
    rows = table.rows[1:] if columns else table.rows
    if not rows:
        yield refuse(name, name, "There are no rows in it.")
    if not columns and rows and max(len(row) for _, row in rows) < 2:
        yield refuse(name, name, "It has one column: give question and answer a column each, and a heading above.")
        return
    for line, row in rows:
        yield _read_row(line, row, columns or _card_columns(table), table)


def _split(content: bytes) -> Table:
    text, remark = decode_text(content)
    lines = text.splitlines(keepends=True)
    directives: dict[str, str] = {}
    skipped = 0
    while skipped < len(lines) and (found := DIRECTIVE.match(lines[skipped].rstrip())):
        directives[found[1]] = found[2].strip()
        skipped += 1
    separator = directives.get("separator", "")
    delimiter = SEPARATORS.get(separator.lower()) or (separator if len(separator) == 1 else _delimiter(lines[skipped:]))
    reader = csv.reader(lines[skipped:], delimiter=delimiter, strict=False)
    rows = [
        (reader.line_num + skipped, [_unguarded(cell) for cell in row]) for row in reader if any(map(str.strip, row))
    ]
    return Table(rows, directives, remark)


def _delimiter(lines: Sequence[str]) -> str:
    """The sign between cells: the one that stands most often outside quotes on the first line."""
    first = re.sub(r'"[^"]*"', "", next((line for line in lines if line.strip()), ""))
    return max(",;\t|", key=first.count)


def _unguarded(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*RISKY, "'")) else cell


def _card_columns(table: Table) -> Columns:
    """Cards without a heading: the first two columns that hold no names of types, decks and tags."""
    named = {key.removesuffix(" column"): value for key, value in table.directives.items() if key.endswith(" column")}
    numbers = {what: read_whole_number(number, 1, MOST_COLUMNS) for what, number in named.items()}
    taken = {what: number - 1 for what, number in numbers.items() if number}
    width = max(len(row) for _, row in table.rows)
    free = [place for place in range(width) if place not in taken.values()]
    columns = Columns(dict(zip(("question", "answer"), free, strict=False)))
    if "tags" in taken:
        columns.single["concepts"] = taken["tags"]
    if "guid" in taken:
        columns.single["slug"] = taken["guid"]
    return columns


def _read_row(line: int, row: list[str], columns: Columns, table: Table) -> Found:
    remarks = Remarks(changed=[table.remark] if table.remark else [])
    texts = Texts(lambda source: None, remarks)
    place = f"line {line}"
    question = columns.cell(row, "question")
    title = columns.cell(row, "title") or re.sub(r"<[^<>]*>", "", question)[:80] or place
    key = columns.cell(row, "slug") or question or place
    reading = _Row(row, columns, texts, is_html=table.directives.get("html") == "true")
    try:
        if not question:
            raise RefusedError("It has no question.")
        asked = reading.ask(remarks)
    except RefusedError as refused:
        return refuse(key, place, str(refused), title)
    difficulty, seconds = columns.cell(row, "difficulty"), columns.cell(row, "seconds")
    words = re.split(r"[,;\s]+", columns.cell(row, "concepts"))
    return Found(
        source_id=key,
        place=place,
        title=title,
        kind=asked.kind,
        body={"stem": reading.text(question), **asked.fields, **reading.after()},
        concepts=tuple(word for word in words if word),
        pictures=texts.pictures,
        difficulty=int(difficulty) if difficulty in ("1", "2", "3", "4", "5") else None,
        seconds=int(seconds) if seconds.isdecimal() and 5 <= int(seconds[:5]) <= 1800 else None,
        changed=tuple(remarks.changed),
        lost=tuple(remarks.lost),
    )


@dataclass(frozen=True)
class _Row:
    """A row while it is read."""

    row: list[str]
    columns: Columns
    texts: Texts
    is_html: bool

    def text(self, cell: str) -> str:
        """The Markdown of a cell: it is that in our own tables, elsewhere plain or HTML."""
        if self.columns.is_ours:
            return cell
        return self.texts.markdown(cell if self.is_html else html.escape(cell, quote=False).replace("\n", "<br>"))

    def several(self, name: str) -> list[str]:
        """The cells of numbered columns that are not empty."""
        return [cell for cell in self.columns.cells(self.row, name).values() if cell]

    def after(self) -> dict[str, object]:
        """What is said when it was answered, and the hints."""
        said = {name: self.text(self.columns.cell(self.row, name)) for name in ("explanation", "solution")}
        hints = [self.text(hint) for hint in self.several("hint")][:MOST_HINTS]
        return {name: text for name, text in said.items() if text} | ({"hints": hints} if hints else {})

    def _with_mistakes(self, asked: Asked, name: str) -> Asked:
        """In our tables wrong answers to what is typed are those that are expected."""
        reasons, wrong = self.columns.cells(self.row, "because"), self.columns.cells(self.row, "wrong")
        mistakes = [{name: text, "because": reasons.get(number, "")} for number, text in wrong.items() if text]
        return Asked(asked.kind, {**asked.fields, "mistakes": mistakes}) if mistakes and self.columns.is_ours else asked

    def ask(self, remarks: Remarks) -> Asked:
        """What the row asks."""
        stated = self.columns.cell(self.row, "kind").lower()
        kind = KINDS.get(stated, stated.replace(" ", "_"))
        options = self._options()
        answers = self.several("answer") if self.columns.is_ours else [self.columns.cell(self.row, "answer")]
        if options and not self.columns.is_ours:
            return self._choose_stated(options, remarks)
        match kind or ("recall" if not self.several("wrong") else "single_choice"):
            case "single_choice" | "multiple_select":
                return self._choose(answers, remarks, several=kind == "multiple_select")
            case "short_text":
                return self._with_mistakes(asking.accept(answers, remarks), "text")
            case "numeric":
                return self._with_mistakes(self._number(answers[0] if answers else ""), "value")
            case "ordering":
                return asking.order(answers)
            case "matching":
                return self._match(answers, remarks)
            case "open_response":
                points = [{"text": text} for text in answers[1:] or answers]
                return Asked("open_response", {"model": answers[0], "points": points} if answers else {})
            case "recall" if answers and answers[0]:
                return Asked("recall", {"back": self.text(answers[0])})
            case "recall":
                raise RefusedError("It has no answer.")
        raise RefusedError(f"The kind “{stated}” is not one that tables hold.")

    def _options(self) -> list[str]:
        own = self.several("option") or ([] if self.columns.is_ours else self.several("answer"))
        cell = self.columns.cell(self.row, "options")
        return own or [option.strip() for option in re.split(r"[;\n|]", cell) if option.strip()]

    def _choose_stated(self, options: list[str], remarks: Remarks) -> Asked:
        """Options, of which another column says which are right: by their texts, numbers or letters."""
        answer = self.columns.cell(self.row, "answer")
        right = [answer] if answer in options else [part.strip() for part in re.split(r"[;,|]", answer)]
        chosen = {place for part in right if (place := _place_of(part, options)) is not None}
        if not chosen:
            raise RefusedError(f"The right answer “{answer}” is none of its options.")
        texts = [Option(self.text(option), place in chosen) for place, option in enumerate(options)]
        return asking.choose(texts, remarks, several=len(chosen) > 1)

    def _choose(self, answers: list[str], remarks: Remarks, *, several: bool) -> Asked:
        """The options by the numbers of their columns; of those with the same number the right one comes first."""
        reasons = self.columns.cells(self.row, "because")
        right = self.columns.cells(self.row, "answer") if self.columns.is_ours else dict(enumerate(answers, start=1))
        options = [(number, Option(self.text(text), is_right=True)) for number, text in right.items() if text]
        options += [
            (number, Option(self.text(text), is_right=False, because=self.text(reasons.get(number, ""))))
            for number, text in self.columns.cells(self.row, "wrong").items()
            if text
        ]
        options.sort(key=lambda numbered: numbered[0])
        return asking.choose([option for _, option in options], remarks, several=several)

    def _number(self, key: str) -> Asked:
        away = asking.number(self.columns.cell(self.row, "tolerance") or "0")
        count, _, what = self.columns.cell(self.row, "precision").partition(" ")
        asked = asking.near(key, float(away)) if away else asking.compute(key)
        if count.isdecimal() and what in ("digits", "decimals"):
            also = {"tolerance": asked.fields["tolerance"]} if away else {}
            asked = asking.compute(key, **{what: int(count)}, **also)
        elif away and count == "exact":
            asked.fields["exact"] = True
        unit = self.columns.cell(self.row, "unit")
        return Asked("numeric", {**asked.fields, "unit": unit}) if unit else asked

    def _match(self, answers: list[str], remarks: Remarks) -> Asked:
        lefts, rights = self.columns.cells(self.row, "left"), self.columns.cells(self.row, "answer")
        pairs = [(f"pair{number}", left, rights.get(number, "")) for number, left in lefts.items() if left]
        return asking.match(pairs, self.several("wrong"), remarks)


def _place_of(part: str, options: list[str]) -> int | None:
    if part in options:
        return options.index(part)
    if part.isdecimal() and 1 <= int(part[:3]) <= len(options):
        return int(part) - 1
    letter = part.upper()
    return ord(letter) - ord("A") if len(letter) == 1 and 0 <= ord(letter) - ord("A") < len(options) else None
