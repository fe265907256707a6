"""Functions in a typed formula, with their arguments: in brackets, or without where there is one reading."""

from __future__ import annotations

from abc import abstractmethod

from questions.expressions.cursor import CLOSING, Cursor
from questions.expressions.tree import FUNCTIONS, OF_TWO, PAIRS, TRIGONOMETRIC, E, Node, call, number
from questions.expressions.vocabulary import ExpressionError, Token

ROOTS = {"√": "sqrt", "∛": "cbrt", "∜": "root"}
BASES = {"natural": E, "10": "10", "2": "2"}
"""What an author may say that `log` means."""
SHORT_BASES = {"lg": "10", "lb": "2"}
"""Logarithms that have their base in their name (ISO 80000-2)."""


class OneArgumentError(ExpressionError):
    """A function of two that has one: its comma may have been taken for a decimal comma."""


class Applied(Cursor):
    """Reads what begins with the name of a function."""

    @abstractmethod
    def _expression(self, strength: int) -> Node:
        """A formula, up to what binds less than `strength`."""

    @abstractmethod
    def _primary(self) -> Node:
        """What a factor begins with."""

    @abstractmethod
    def _atom(self) -> Node:
        """What a factor begins with, and its factorial."""

    @abstractmethod
    def _exponent(self) -> Node:
        """What stands behind a ^."""

    @abstractmethod
    def _bracketed(self, token: Token) -> Node:
        """What stands in brackets, of which the first is read."""

    @abstractmethod
    def _starts_factor(self) -> bool:
        """Whether a factor begins here."""

    def _function(self, token: Token) -> Node:
        exponent = self._function_power(token)
        arguments = self._arguments(token)
        name = token.text
        if name in ("log", "lg", "lb"):
            node = self._logarithm(token, arguments[0])
        elif name == "pow":
            node = Node("power", (arguments[0], arguments[1]))
        elif name in PAIRS:
            node = arguments[0]
            for other in arguments[1:]:
                node = self._node(call(name, node, other))
        else:
            node = call(name, *arguments)
        node = self._node(node)
        return node if exponent is None else self._node(Node("power", (node, exponent)))

    def _function_power(self, token: Token) -> Node | None:
        """The power between a function and its argument: sin^2 x."""
        if not self._is("^"):
            return None
        self.at += 1
        exponent = self._exponent()
        if (value := exponent.number) is not None and value < 0:
            inverse = f"arc{token.text}(…) or " if f"arc{token.text}" in FUNCTIONS else ""
            told = f"It has two readings: write {inverse}1/{token.text}(…)."
            raise self.scanner.refuse(f"{token.text}^{value}", token.at, told)
        return exponent

    def _arguments(self, token: Token) -> list[Node]:
        several = token.text in (*PAIRS, *OF_TWO)
        if not self._is(*CLOSING):
            if several:
                raise self._after_function(token)
            return [self._plain_argument(token)]
        opening = self._next()
        if not several:
            return [self._bracketed(opening)]
        bars, self.bars = self.bars, 0
        arguments = [self._expression(0)]
        while self._is(",", ";"):
            self.at += 1
            arguments.append(self._expression(0))
        self._expect(CLOSING[opening.text])
        self.bars = bars
        if len(arguments) < 2 or (len(arguments) > 2 and token.text in OF_TWO):
            told = (
                f"{token.text} takes two numbers, such as {token.text}({'5, 2' if token.text in OF_TWO else '0, 1'})."
            )
            refused = self.scanner.refuse(token.text, token.at, told)
            raise OneArgumentError(str(refused)) if len(arguments) < 2 else refused
        return arguments

    def _after_function(self, token: Token) -> ExpressionError:
        found = self._token()
        what = "the end" if found.kind == "end" else f"“{found.text}” at character {found.at + 1}"
        return ExpressionError(f"After {token.text} a bracket is expected, such as {token.text}(…), not {what}.")

    def _plain_argument(self, token: Token) -> Node:
        """An argument without brackets: a number or a name, of sines and their like also `2x` and `2πx`."""
        start = self._token()
        if self._is("|") and self.bars == 0:
            return self._primary()
        if start.kind == "fraction" or (self._is(*ROOTS) and token.text not in ROOTS):
            return self._primary()
        if start.kind == "function" and token.kind == "function":
            node = self._primary()
            self._check_after_argument(token, start)
            return node
        if start.kind not in ("number", "name", "constant"):
            raise self._after_function(token)
        node = self._atom()
        while token.text in TRIGONOMETRIC and self._token().kind in ("name", "constant") and not self._token().apart:
            node = self._node(Node("product", (node, self._atom())))
        self._check_after_argument(token, start)
        return node

    def _check_after_argument(self, token: Token, start: Token) -> None:
        after = self._token()
        argument = self._typed(start.at, self.at)
        called = token.text
        is_raised = self._is("^")
        divides = self._is("/") and not after.apart and token.text not in ROOTS
        goes_on = self._starts_factor() and after.kind != "function"
        if is_raised or divides or goes_on:
            sign = after.text if is_raised or divides else f"*{after.text}"
            inner, outer = f"{called}({argument}{sign}…)", f"{called}({argument}){sign}…"
            raise self._two_readings(token.at, inner, outer)

    def _logarithm(self, token: Token, argument: Node) -> Node:
        base = token.base or SHORT_BASES.get(token.text) or BASES.get(self.vocabulary.log, "")
        if token.text == "lg" and self.vocabulary.log == "2":
            raise self.scanner.refuse("lg", token.at, "It has two readings: write log_10(…) or log_2(…).")
        if not base:
            told = "It has several readings: write ln(…), log_10(…) or log_2(…)."
            raise self.scanner.refuse("log", token.at, told)
        if base == E:
            return call("ln", argument)
        if base.isdecimal() and len(base) < 10:
            if int(base) < 2:
                raise self.scanner.refuse(f"log_{base}", token.at, "The base of a logarithm is 2 or more.")
            return call("log", argument, number(int(base)))
        if base in self.vocabulary.names:
            return call("log", argument, Node("name", (), base))
        raise self.scanner.refuse(f"log_{base}", token.at, "The base of a logarithm is a number, e or a name.")
