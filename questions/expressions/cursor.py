"""Where a parser stands in the tokens of a formula, and what is said of what it meets."""

from __future__ import annotations

from questions.expressions.tokens import Scanner
from questions.expressions.tree import Node
from questions.expressions.vocabulary import ExpressionError, Token, Vocabulary

MAX_NODES, MAX_DEPTH = 200, 40
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Cursor:
    """Goes through the tokens of one text."""

    def __init__(self, text: str, vocabulary: Vocabulary, *, decimal_comma: bool = True) -> None:
        self.scanner = Scanner(text, vocabulary, decimal_comma=decimal_comma)
        self.tokens = self.scanner.scan()
        self.text, self.vocabulary = text, vocabulary
        self.at = self.depth = self.nodes = self.bars = 0

    def _token(self) -> Token:
        return self.tokens[self.at]

    def _next(self) -> Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def _is(self, *signs: str) -> bool:
        return self._token().kind == "sign" and self._token().text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            token = self._token()
            where = "at the end" if token.kind == "end" else f"before “{token.text}” at character {token.at + 1}"
            raise ExpressionError(f"A “{sign}” is missing {where}.")
        self.at += 1

    def _unexpected(self, token: Token) -> ExpressionError:
        if token.kind == "end":
            return ExpressionError(f"The formula is not finished. Expected: {self.vocabulary.expected}.")
        return self.scanner.refuse(token.text, token.at)

    def _two_readings(self, start: int, *readings: str) -> ExpressionError:
        token = self._token()
        end = len(self.text) if token.kind == "end" else token.at + len(token.text)
        return self.scanner.refuse(
            self.text[start:end].strip(), start, f"It has two readings: write {' or '.join(readings)}."
        )

    def _node(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError(f"A formula has at most {MAX_NODES} parts.")
        return node

    def _typed(self, start: int, end: int) -> str:
        """What was typed from a place up to a token."""
        return self.text[start : self.tokens[end].at].strip() or self.tokens[end - 1].text
