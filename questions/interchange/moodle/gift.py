"""Reads GIFT, Moodle's format for questions that are typed as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.found import Found, refuse
from questions.interchange.moodle.answers import Answer, choose, read_percent, type_number, type_text
from questions.interchange.moodle.categories import read_tags, split_category
from questions.interchange.moodle.text_formats import split_solution, to_markdown
from questions.interchange.texts import Texts
from questions.text.encodings import decode_text

SIGNS = {**{sign: sign for sign in "~=#{}:\\"}, "n": "\n"}
"""What is meant by a backslash and a sign; two backslashes are one, and the sign behind them keeps its meaning."""
KEPT = {sign: chr(0xE030 + place) for place, sign in enumerate(SIGNS)}
"""What stands for it while other signs are looked for."""
ESCAPED = re.compile(r"\\([~=#{}:\\]|n(?![A-Za-z]))")
RESTORED = str.maketrans({kept: SIGNS[sign] for sign, kept in KEPT.items()})
STRANGE = dict.fromkeys(range(0xE000, 0xE040))
LABEL = re.compile(r"\[(id|tag):([^\]]{1,200})\]")
FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
ANSWER = re.compile(r"([=~])\s*(?:%(-?[0-9.]{1,12})%)?")
TRUE, FALSE = ("T", "TRUE"), ("F", "FALSE")
BLANK = r"\_\_\_\_"


@dataclass
class Block:
    """The lines of a question, and what was said before it: its category, `[id:…]` and `[tag:…]`."""

    line: int
    category: tuple[str, ...]
    labels: dict[str, list[str]]
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text."""
        return "\n".join(self.lines)

    @property
    def is_open(self) -> bool:
        """Whether its answers have begun and not ended."""
        return self.text.count("{") > self.text.count("}") and not self.text.rstrip().endswith("}")


def read_gift(content: bytes, name: str) -> Iterator[Found]:
    """The questions of a file."""
    text, remark = decode_text(content)
    text = ESCAPED.sub(lambda found: KEPT[found[1]], text.translate(STRANGE).replace("\r\n", "\n"))
    seen: dict[str, int] = {}
    blocks = list(_blocks(text.replace("\r", "\n").split("\n")))
    if not blocks:
        yield refuse(name, name, "There is no question in it.")
    for block in blocks:
        found = _read(block, [remark] if remark else [])
        seen[found.source_id] = seen.get(found.source_id, 0) + 1
        count = seen[found.source_id]
        yield found if count == 1 else replace(found, source_id=f"{found.source_id}#{count}")


def _blocks(lines: list[str]) -> Iterator[Block]:
    """The questions, between blank lines; one in whose answers a blank line stands goes on."""
    category: tuple[str, ...] = ()
    labels: dict[str, list[str]] = {}
    block: Block | None = None
    for number, line in enumerate([*lines, ""], start=1):
        stripped = line.strip()
        is_new = not stripped or (stripped.startswith("::") and block is not None and block.lines[-1] == "")
        if block is not None and is_new and (not block.is_open or stripped):
            yield block
            block = None
        if stripped.startswith("//"):
            for kind, value in LABEL.findall(stripped.translate(RESTORED)):
                labels.setdefault(kind, []).append(value.strip())
        elif stripped.upper().startswith("$CATEGORY") and block is None:
            category = split_category(stripped.translate(RESTORED).partition(":")[2])
        elif stripped or block is not None:
            if block is None:
                block, labels = Block(number, category, labels), {}
            block.lines.append(stripped and line)
    if block is not None:
        yield block


def _read(block: Block, remarked: list[str]) -> Found:
    remarks = Remarks(changed=remarked)
    texts = Texts(lambda source: None, remarks)
    title, text = _split_title(block.text.strip())
    names = block.labels.get("id", [])
    key = (names or ["/".join([*block.category, title or text.partition("{")[0].strip()[:120]])])[0]
    place = f"line {block.line}"
    shown = (title or text.partition("{")[0].strip())[:80].translate(RESTORED) or place
    key = key.translate(RESTORED)
    try:
        kind, body = _ask(text, texts, remarks)
    except RefusedError as refused:
        return Found(key, place, shown, None, {}, refused=str(refused), changed=tuple(remarks.changed))
    tags = read_tags(block.labels.get("tag", []))
    return Found(
        source_id=key,
        place=place,
        title=shown,
        kind=kind,
        body=body,
        concepts=tuple(dict.fromkeys([*block.category, *tags.concepts])),
        pictures=texts.pictures,
        difficulty=tags.difficulty,
        seconds=tags.seconds,
        changed=tuple(dict.fromkeys(remarks.changed)),
        lost=tuple(dict.fromkeys(remarks.lost)),
    )


def _split_title(text: str) -> tuple[str, str]:
    if text.startswith("::") and "::" in text[2:]:
        title, _, rest = text[2:].partition("::")
        return title.strip(), rest.strip()
    return "", text


@dataclass(frozen=True)
class _Writing:
    """How the texts of a question are written."""

    form: str
    texts: Texts

    def markdown(self, text: str) -> str:
        """The Markdown of a text, which may say its own format."""
        text = text.lstrip()
        found = FORMAT.match(text)
        form, rest = (found[1], text[found.end() :]) if found else (self.form, text)
        return to_markdown(rest.translate(RESTORED).strip(), form, self.texts)

    def plain(self, text: str) -> str:
        """The Markdown of a text in a list of Moodle, which shows no format; those who wrote HTML meant HTML."""
        return to_markdown(text.translate(RESTORED).strip(), "moodle", self.texts)


def _ask(text: str, texts: Texts, remarks: Remarks) -> tuple[str, dict[str, object]]:
    """The kind and the body of a question. Raises RefusedError."""
    found = FORMAT.match(text)
    writing = _Writing(found[1] if found else "moodle", texts)
    start, end = text.find("{"), text.rfind("}")
    if start < 0:
        raise RefusedError("It asks nothing: a text alone.")
    if end < start:
        raise RefusedError("Its answers are not closed: put a } behind them.")
    answers, _, general = text[start + 1 : end].partition("####")
    before, after = text[:start].strip(), text[end + 1 :].strip()
    stem = writing.markdown(f"{before} {BLANK.replace(chr(92), '')} {after}" if after else before)
    if not stem:
        raise RefusedError("It has no text.")
    asked, why = _ask_by(answers.strip(), writing, remarks)
    said, solution = map(writing.markdown, split_solution(general.translate(RESTORED)))
    explained = {"explanation": "\n\n".join(part for part in (said, why) if part), "solution": solution}
    return asked.kind, {"stem": stem, **asked.fields, **{name: each for name, each in explained.items() if each}}


def _ask_by(answers: str, writing: _Writing, remarks: Remarks) -> tuple[Asked, str]:
    """What is asked, by how the answers are written; and what is said when it was answered."""
    if not answers:
        return Asked("open_response", {}), ""
    word, *said = answers.split("#")
    if word.strip().upper() in (*TRUE, *FALSE):
        return _true_false(
            is_true=word.strip().upper() in TRUE, said=[writing.markdown(each) for each in said], remarks=remarks
        )
    if answers.startswith("#"):
        return type_number([_number(each, writing) for each in _split(answers[1:].strip())], remarks), ""
    given = [_answer(each, writing) for each in _split(answers)]
    if all(sign == "=" for sign, _ in given) and all("->" in answer.text for _, answer in given):
        return _match(answers, writing, remarks), ""
    if all(sign == "=" for sign, _ in given):
        raw = [_answer(each, writing, is_typed=True)[1] for each in _split(answers)]
        return type_text(raw, remarks), ""
    several = all(sign == "~" for sign, _ in given)
    return choose([answer for _, answer in given], remarks, several=several), ""


def _true_false(*, is_true: bool, said: list[str], remarks: Remarks) -> tuple[Asked, str]:
    """The first remark is for the wrong reply, the second for the right one."""
    because = said[0] if said else ""
    options = [Answer("True", 100.0 * is_true, "" if is_true else because)]
    options.append(Answer("False", 100.0 * (not is_true), because if is_true else ""))
    return choose(options, remarks, several=False), said[1] if len(said) > 1 else ""


def _split(answers: str) -> list[str]:
    """The answers, each with the sign before it; what stands before the first sign is right."""
    starts = [found.start() for found in re.finditer(r"[=~]", answers)]
    pieces = [answers[start:end] for start, end in zip(starts, [*starts, len(answers)][1:], strict=True)]
    first = answers[: starts[0]] if starts else answers
    if first.strip():
        pieces.insert(0, f"={first}")
    joined: list[str] = []
    for piece in pieces:
        if joined and joined[-1].strip() in ("=", "~"):  # `~=x` and `=~%50%x` are one
            joined[-1] = ("=" if "=" in (joined[-1].strip(), piece[0]) and "%" not in piece[:2] else "~") + piece[1:]
        else:
            joined.append(piece)
    return joined


def _answer(piece: str, writing: _Writing, *, is_typed: bool = False) -> tuple[str, Answer]:
    sign, percent, text, because = _parts(piece)
    shown = text.translate(RESTORED).strip() if is_typed else writing.markdown(text)
    return sign, Answer(shown, percent, writing.markdown(because))


def _parts(piece: str) -> tuple[str, float, str, str]:
    """Of an answer: its sign, percentage, text, and what is said to it."""
    found = ANSWER.match(piece)
    assert found is not None, piece
    percent = read_percent(found[2]) if found[2] else (100.0 if found[1] == "=" else 0.0)
    text, _, because = piece[found.end() :].partition("#")
    return found[1], percent, text, because


def _number(piece: str, writing: _Writing) -> Answer:
    _, percent, text, because = _parts(piece)
    key, _, tolerance = text.translate(RESTORED).strip().partition(":")
    low, dots, high = key.partition("..")
    least, most = asking.number(low), asking.number(high) if dots else None
    if least is not None and most is not None:
        key, tolerance = asking.plain((least + most) / 2), asking.plain((most - least) / 2)
    return Answer(key.strip(), percent, writing.markdown(because), tolerance.strip())


def _match(answers: str, writing: _Writing, remarks: Remarks) -> Asked:
    pairs: list[tuple[str, str, str]] = []
    others: list[str] = []
    for place, piece in enumerate(_split(answers), start=1):
        left, _, right = piece[1:].partition("->")
        right, _, because = right.partition("#")
        if because:
            remarks.lost.append(f"What is said to the pair “{left.strip()}”: “{because.strip()}”")
        if shown := writing.markdown(left):
            pairs.append((f"pair{place}", shown, writing.plain(right)))
        else:
            others.append(writing.plain(right))
    return asking.match(pairs, others, remarks)
