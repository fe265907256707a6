"""Reads Aiken: a line that asks, options `A.` or `B)` on lines of their own, and `ANSWER: B`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from questions.interchange.asking import Option, RefusedError, Remarks, choose
from questions.interchange.found import Found, refuse
from questions.interchange.markdown import OURS
from questions.interchange.moodle.text_formats import to_markdown
from questions.interchange.texts import Texts
from questions.text.encodings import decode_text

OPTION = re.compile(r"([A-Z])[.)]\s*(\S.*)")
ANSWER = re.compile(r"ANSWER:\s*([A-Za-z])\s*")


@dataclass
class _Block:
    """A question as far as it was read."""

    line: int
    stem: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


def read_aiken(content: bytes, name: str) -> Iterator[Found]:
    """The questions of a file; lines that do not fit are named."""
    text, remark = decode_text(content)
    block: _Block | None = None
    seen: dict[str, int] = {}
    found_any = False
    for number, line in enumerate(text.translate(OURS).splitlines(), start=1):
        stripped, place = line.strip(), f"line {number}"
        answer, option = ANSWER.fullmatch(stripped), OPTION.fullmatch(stripped)
        if not stripped:
            continue
        found_any = True
        if answer:
            if block is None or not block.stem:
                yield refuse(place, place, "An answer without a question.")
            else:
                yield _ask(block, answer[1].upper(), remark, seen)
            block = None
        elif option and block is not None:
            block.options[option[1]] = option[2]
        elif option:
            yield refuse(place, place, "An option without a question above it.")
        elif block is not None and block.options:
            yield refuse(place, place, f"The question of line {block.line} has no ANSWER line.", block.stem[0])
            block = _Block(number, [stripped])
        else:
            block = block or _Block(number)
            block.stem.append(stripped)
    if block is not None:
        place = f"line {block.line}"
        yield refuse(place, place, "The question is not finished: ANSWER: and a letter stand below its options.")
    if not found_any:
        yield refuse(name, name, "There is no question in it.")


def _ask(block: _Block, key: str, remark: str, seen: dict[str, int]) -> Found:
    remarks = Remarks(changed=[remark] if remark else [])
    texts = Texts(lambda source: None, remarks)
    stem, place = "\n".join(block.stem), f"line {block.line}"
    seen[stem] = seen.get(stem, 0) + 1
    source = stem if seen[stem] == 1 else f"{stem}#{seen[stem]}"
    try:
        if key not in block.options:
            raise RefusedError(f"There is no option {key}.")
        options = [Option(to_markdown(text, "plain", texts), letter == key) for letter, text in block.options.items()]
        asked = choose(options, remarks, several=False)
    except RefusedError as refused:
        return refuse(source, place, str(refused), block.stem[0][:80])
    return Found(
        source_id=source,
        place=place,
        title=block.stem[0][:80],
        kind=asked.kind,
        body={"stem": to_markdown(stem, "plain", texts), **asked.fields},
        changed=tuple(remarks.changed),
        lost=tuple(remarks.lost),
    )
