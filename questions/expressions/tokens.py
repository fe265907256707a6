"""A typed formula is cut into tokens: numbers, names of its question, functions and signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

from questions.expressions.numerals import Numerals, is_digit
from questions.expressions.spelling import (
    BINOMIALS,
    COMMANDS,
    FRACTIONS,
    IGNORED,
    LOWERED,
    MEANT,
    RAISED,
    SIGNS,
    SPACES,
    WRAPPERS,
    command_letter,
    letter,
)
from questions.expressions.tree import ENGLISH, FUNCTIONS, GREEK, E
from questions.expressions.vocabulary import ExpressionError, Token, Words

MAX_CHARACTERS, MAX_RUN, MAX_CUT = 400, 40, 500
MAX_STEPS = 150


class Scanner(Numerals):
    """Cuts one text."""

    def scan(self) -> list[Token]:
        """All tokens, and one for the end. Raises ExpressionError."""
        if len(self.text) > MAX_CHARACTERS:
            raise ExpressionError(f"Use at most {MAX_CHARACTERS} characters.")
        if "=" in self.text:
            raise self.refuse("=", self.text.index("="), MEANT["="])
        while self.at < len(self.text):
            self._step(self.text[self.at])
        self._add("end", "")
        return self.tokens

    def _step(self, char: str) -> None:
        if char == " ":
            self.apart = True
            self.at += 1
        elif char in "+-*/^()" and not self.text.startswith("**", self.at):
            self._add("sign", char, 1)
        elif not char.isalnum() and (char.isspace() or unicodedata.category(char) == "Cf" or char == "$"):
            self.apart |= char.isspace()
            self.at += 1
        elif char in {"\\", "~"}:
            self._command()
        elif char in RAISED:
            self._raised()
        elif is_digit(char) or (char in ".．" and is_digit(self.text[self.at + 1 : self.at + 2])):
            self._number()
        elif letter(char):
            start = self.at
            while letter(self._char()):
                self.at += 1
            self._word("".join(map(letter, self.text[start : self.at])), start)
        elif self.text.startswith("**", self.at):
            self._add("sign", "^", 2)
        elif char in SIGNS:
            self._add("sign", SIGNS[char], 1)
        elif unicodedata.category(char) == "No" and "⁄" in unicodedata.normalize("NFKC", char):
            top, _, bottom = unicodedata.normalize("NFKC", char).partition("⁄")
            self._add("number", char, 1, value=Fraction(int(top), int(bottom)) if bottom else None)
        else:
            raise self.refuse(char, self.at, MEANT.get(char, ""))

    def _add(
        self,
        kind: Literal["number", "constant", "name", "function", "sign", "fraction", "end"],
        text: str,
        length: int = 0,
        *,
        value: Fraction | None = None,
    ) -> None:
        self.tokens.append(Token(kind, text, self.at, self.apart, value))
        self.apart = False
        self.at += length

    # Words

    def _word(self, run: str, start: int) -> None:
        """Names and functions in a run of letters, and what stands below the last of them."""
        if len(run) > MAX_RUN:
            raise self.refuse(f"{run[:12]}…", start)
        below = self._below(run)
        cut = self.vocabulary.cut
        if (pieces := cut.get((run, below))) is None:
            pieces = tuple(self._pieces(run, below, start))
            if len(cut) < MAX_CUT and "C" not in run:  # Whether a C begins `C(n, k)` depends on what follows.
                cut[run, below] = pieces
        at = start
        for piece in pieces:
            self.tokens.append(piece._replace(at=at, apart=self.apart))
            self.apart, at = False, at + piece.at

    def _below(self, run: str) -> str:
        """What is written below a name: `_1`, `_{max}`, `₁`, or digits right behind it."""
        start, char = self.at, self._char()
        if char in LOWERED:
            while self._char() in LOWERED and self._char():
                self.at += 1
            return "".join(LOWERED[each] for each in self.text[start : self.at])
        if char == "_":
            return self._underscored(start)
        digits = self._digits()
        bases = self.vocabulary.lowered.get(digits, {}) if digits else {}
        if digits and (any(run.endswith(base) for base in bases) or (run.endswith("log") and self._is_base(digits))):
            return digits
        self.at = start
        if digits and self.vocabulary.words.get(run, ("",))[0] != "function":
            functions = [name for name in FUNCTIONS if run.endswith(name)]
            if not functions:
                raise self.refuse(
                    run + digits,
                    start - len(run),
                    f"It has several readings: write {run}^{digits} or {digits}*{run}.",
                )
        return ""

    def _is_base(self, digits: str) -> bool:
        """Whether digits behind `log` are its base: before a bracket, or in `log2 n`."""
        following = self.text[self.at : self.at + 2]
        return following[:1] in ("(", "{", "[") or (
            digits in ("2", "10") and following[:1] == " " and bool(letter(following[1:]))
        )

    def _underscored(self, start: int) -> str:
        self.at += 1
        if self._char() == "{":
            end = self.text.find("}", self.at)
            inner = self.text[self.at + 1 : end] if end > 0 else ""
            for wrapper in WRAPPERS:
                inner = inner.replace(f"\\{wrapper}{{", "").strip()
            self.at = (end if end > 0 else len(self.text)) + 1
            while inner and end > 0 and self.text[start : self.at].count("{") > self.text[start : self.at].count("}"):
                if self._char() != "}":
                    break
                self.at += 1
            below = GREEK.get(inner.lstrip("\\"), inner.lstrip("\\"))
        elif self._char() == "\\":
            below = self._commanded()
        else:
            end = self.at
            while end < len(self.text) and (self.text[end].isalnum() or self.text[end] == "_"):
                end += 1
            rest = self.text[self.at : end]
            known = [below for below in (*self.vocabulary.lowered, E) if rest.startswith(below)]
            digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
            below = max([*known, digits], key=len) or rest
            self.at += len(below)
        if not below:
            raise self.refuse("_", start, "Write what stands below after it, such as x_1.")
        return below

    def _commanded(self) -> str:
        """What a command of LaTeX puts below: `_\\text{kin}`, `_\\lambda`; "" for another command."""
        start = self.at + 1
        self.at = start
        while (char := self._char()).isascii() and char.isalpha():
            self.at += 1
        command, end = self.text[start : self.at], self.text.find("}", self.at)
        if command not in WRAPPERS or self._char() != "{" or end < 0:
            return command_letter(command)
        inner, self.at = self.text[self.at + 1 : end], end + 1
        return inner.strip()

    def _pieces(self, run: str, below: str, start: int) -> list[Token]:
        """The one way to cut a run of letters; as its place each token has how many letters it is.

        Raises ExpressionError where there is none, or more than one.
        """
        if below and run.endswith("log") and run not in self.vocabulary.lowered.get(below, {}):
            before = run.removesuffix("log")
            pieces = self._pieces(before, "", start) if before else []
            return [*pieces, Token("function", "log", len("log"), base=below)]
        ways = _without_lost_functions(self._ways(run, below, self.vocabulary.words, [0]))
        if not ways and not below:
            ways = list(self._ways(run, below, self.vocabulary.glued, [0]))
        typed = self.text[start : self.at]
        if not ways:
            return self._other_spelling(run, below, start)
        if len(ways) > 1 and len(ways[0]) > 1:
            readings = " or ".join(_written(way) for way in ways[:2])
            raise self.refuse(typed, start, f"It has two readings: write {readings}.")
        return ways[0]

    def _other_spelling(self, run: str, below: str, start: int) -> list[Token]:
        """A function in capitals, or `C(n, k)`. Raises ExpressionError for any other word."""
        if not below and run != run.lower() and run.lower() in FUNCTIONS:
            return self._pieces(run.lower(), below, start)
        end = self.text.find(")", self.at)
        if run.endswith("C") and self._char() == "(" and "," in self.text[self.at : end]:
            before = self._pieces(run[:-1], "", start) if run[:-1] else []
            return [*before, Token("function", "binom", len("C"))]
        raise self.refuse(self.text[start : self.at], start, self._known(run, below))

    def _ways(self, run: str, below: str, words: Words, steps: list[int]) -> Iterator[list[Token]]:
        """The ways to cut a run, whole names first; the few steps that are tried bound the work."""
        steps[0] += 1
        if steps[0] > MAX_STEPS:
            return
        table = self.vocabulary.lowered.get(below, {}) if below else {}
        if below and run in table:
            yield [Token("name", table[run], len(run))]
        elif not below and run in words:
            kind, called = words[run]
            yield [Token(kind, called, len(run))]  # type: ignore[arg-type]
        for length in range(len(run) - 1, 0, -1):
            if (head := run[:length]) in words:
                kind, called = words[head]
                for rest in self._ways(run[length:], below, words, steps):
                    yield [Token(kind, called, length), *rest]  # type: ignore[arg-type]

    def _known(self, run: str, below: str) -> str:
        other = run.swapcase()
        if not below and other in self.vocabulary.words:
            return f"Capitals count: did you mean {other}?"
        names = ", ".join(self.vocabulary.names)
        return f"Names here: {names or 'none'}. Functions: sin, cos, ln, sqrt and their like."

    # LaTeX, and raised signs

    def _command(self) -> None:
        start = self.at
        for space in SPACES:
            if self.text.startswith(space, start):
                self.at += len(space)
                self.apart = True
                return
        if self.text.startswith(("\\{", "\\}", "\\|"), start):
            self._add("sign", {"{": "(", "}": ")", "|": "|"}[self.text[start + 1]], 2)
            return
        self.at += 1
        while (char := self._char()).isascii() and char.isalpha():
            self.at += 1
        command = self.text[start + 1 : self.at]
        if command in IGNORED:
            return
        if command in WRAPPERS:
            self._wrapped(command, start)
        elif command in COMMANDS:
            self._add_command("sign", COMMANDS[command], start)
        elif command in FRACTIONS:
            self._add_command("fraction", "\\frac", start)
        elif command in BINOMIALS:
            self._add_command("fraction", "\\binom", start)
        elif command == "sqrt":
            self._add_command("sign", "√", start)
        elif run := command_letter(command):
            self._skip_spaces()
            self._word(run, start)
        else:
            raise self.refuse(f"\\{command}", start)

    def _add_command(self, kind: Literal["sign", "fraction"], text: str, start: int) -> None:
        self.tokens.append(Token(kind, text, start, self.apart))
        self.apart = False

    def _skip_spaces(self) -> None:
        """A space ends a command of LaTeX, and sets nothing apart."""
        while self._char() == " ":
            self.at += 1

    def _wrapped(self, command: str, start: int) -> None:
        end = self.text.find("}", self.at)
        if self._char() != "{" or end < 0:
            raise self.refuse(f"\\{command}", start, "Write what it holds in braces.")
        run = "".join(map(letter, self.text[self.at + 1 : end].strip()))
        self.at = end + 1
        if not run:
            raise self.refuse(f"\\{command}", start)
        self._word(run, start)

    def _raised(self) -> None:
        start = self.at
        while (char := self._char()) and char in RAISED:
            self.at += 1
        raised = "".join(RAISED[char] for char in self.text[start : self.at])
        inner = Scanner(raised, self.vocabulary).scan()[:-1]
        signs: Sequence[Token] = (Token("sign", "^", start), Token("sign", "{", start))
        moved = (token._replace(at=start) for token in inner)
        self.tokens += [*signs, *moved, Token("sign", "}", start)]
        self.apart = False


def _called(token: Token) -> str:
    return ENGLISH.get(token.text, token.text)


def _written(way: Sequence[Token]) -> str:
    """A way to cut a run, as it could be typed: `arccos(a*t)`."""
    text = ""
    for place, piece in enumerate(way):
        after = way[place + 1 :]
        if piece.kind == "function":
            return f"{text}{_called(piece)}({_written(after) or '…'})"
        text += _called(piece) + ("*" if after else "")
    return text


def _without_lost_functions(ways: Iterable[list[Token]]) -> list[list[Token]]:
    """The ways without those that read a function of another as a product of letters: `tan` is no `t*a*n`.

    As in `_ways`, the place of a token is how many letters it has.
    """
    kept = [(way, _functions(way)) for way in ways]
    return [way for way, functions in kept if not any(functions < others for _, others in kept)]


def _functions(way: Sequence[Token]) -> frozenset[tuple[int, int]]:
    """Where functions of three letters or more stand in a run."""
    spans, at = set(), 0
    for piece in way:
        if piece.kind == "function" and piece.at > 2:
            spans.add((at, piece.at))
        at += piece.at
    return frozenset(spans)
