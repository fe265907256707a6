"""Formulas as people type them: a Pratt parser (1973) over tokens; nothing typed is ever evaluated as code.

It reads `2x`, `3(x+1)`, `sin^2 x`, `e^x`, `√x`, `|x|`, `x₁` and simple LaTeX. What has two readings, such as `1/2x` or
`e^2x`, is refused with both of them.
"""

from __future__ import annotations

from fractions import Fraction

from questions.expressions.applying import ROOTS, Applied, OneArgumentError
from questions.expressions.cursor import CLOSING, MAX_DEPTH
from questions.expressions.tree import Node, call, number
from questions.expressions.vocabulary import ExpressionError, Token, Vocabulary

SUM, PRODUCT, SIGNED = 10, 20, 25
OPERATORS = {"+": ("sum", SUM), "-": ("difference", SUM), "*": ("product", PRODUCT), "/": ("quotient", PRODUCT)}
ROUNDED = {"⌊": "floor", "⌈": "ceil"}
ENDS = {**CLOSING, "⌊": "⌋", "⌈": "⌉"}


def read(text: str, vocabulary: Vocabulary) -> Node:
    """The formula that a text is. Raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("Type a formula.")
    try:
        return _Parser(text, vocabulary).parse()
    except OneArgumentError as refused:
        # `max(0,1)`: the comma parts two arguments.
        try:
            return _Parser(text, vocabulary, decimal_comma=False).parse()
        except ExpressionError:
            raise refused from None


class _Parser(Applied):
    closed_bar = False

    def parse(self) -> Node:
        node = self._expression(0)
        if self._token().kind != "end":
            raise self._unexpected(self._token())
        return node

    # Sums and products

    def _expression(self, strength: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("The formula has too many brackets within brackets.")
        start = self._token().at
        left = self._signed()
        while True:
            token = self._token()
            if token.kind == "sign" and token.text in OPERATORS:
                form, binding = OPERATORS[token.text]
                if binding <= strength:
                    break
                self.at += 1
                after = self.at
                right = self._signed() if binding == PRODUCT else self._expression(SUM)
                if form == "quotient" and self._starts_factor() and not self._is_divided(left, right, after):
                    divided, rest = self._typed(start, self.at), self._token().text
                    divisor = self._typed(self.tokens[after].at, self.at)
                    top = divided.removesuffix(divisor)
                    raise self._two_readings(start, f"({divided})*{rest}…", f"{top}({divisor}*{rest}…)")
                left = self._node(Node(form, (left, right)))  # type: ignore[arg-type]
            elif strength < PRODUCT and self._starts_factor():
                self._check_numbers(start)
                left = self._node(Node("product", (left, self._factor())))
            else:
                break
        self.depth -= 1
        return left

    def _is_divided(self, left: Node, right: Node, after: int) -> bool:
        """Whether what follows a quotient cannot be below the line: `1/2 x`, and `1/(2π) x` with its brackets."""
        slash, first, last, token = self.tokens[after - 1], self.tokens[after], self.tokens[self.at - 1], self._token()
        if left.number is not None and right.number is not None:
            return token.apart and token.text not in CLOSING and not (slash.apart or first.apart)
        is_closed = first.text in ("(", "[", *ROOTS) or first.kind == "function"
        return is_closed and last.text in (")", "]") and token.text not in CLOSING and right.form != "power"

    def _check_numbers(self, start: int) -> None:
        """Refuse a number right behind another one, or behind a name: `2 3`, `x 2`, `1 1/2`."""
        token, _before = self._token(), self.tokens[self.at - 1]
        if token.kind == "number":
            told = f"a sign is missing before “{token.text}”"
            raise ExpressionError(f"“{self._typed(start, self.at)} {token.text}”: {told}; write *, + or ^.")

    def _starts_factor(self) -> bool:
        token = self._token()
        if token.kind == "sign":
            if token.text == "|":
                return self.bars == 0
            return token.text in ENDS or token.text in ROOTS
        return token.kind != "end"

    def _signed(self) -> Node:
        if self._is("+", "-"):
            sign = self._next().text
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ExpressionError("The formula has too many signs in a row.")
            inner = self._signed()
            self.depth -= 1
            return self._node(Node("negative", (inner,))) if sign == "-" else inner
        return self._factor()

    # Powers

    def _factor(self) -> Node:
        start = self.at
        base = self._atom()
        if not self._is("^"):
            return base
        return self._raise(base, start)

    def _raise(self, base: Node, start: int) -> Node:
        self.at += 1
        first = self._token()
        bracketed = first.kind == "sign" and first.text in CLOSING
        exponent = self._exponent()
        begin = self.tokens[start].at
        if self._is("^"):
            raise self._two_readings(begin, "the power with brackets: a^(b^c)", "(a^b)^c")
        self._check_after_power(base, exponent, begin, first, bracketed=bracketed)
        return self._node(Node("power", (base, exponent)))

    def _exponent(self) -> Node:
        if self._is("-", "+"):
            sign = self._next().text
            inner = self._atom()
            return self._node(Node("negative", (inner,))) if sign == "-" else inner
        return self._atom()

    def _check_after_power(self, base: Node, exponent: Node, begin: int, first: Token, *, bracketed: bool) -> None:
        """Refuse what may still belong to the exponent: `e^2x`, `e^xy`, `x^1/2`."""
        token = self._token()
        if bracketed or first.kind == "fraction" or (first.kind == "sign" and first.text in ROOTS):
            return
        before = self._typed(begin, self.at)
        if self._is("/") and exponent.number == 1:
            raise self._two_readings(begin, f"{before.replace('^1', '^(1/…)')}", f"({before})/…")
        plain = exponent.form == "number" and (base.form == "name" or self.tokens[self.at - 3].text in (")", "]", "}"))
        plain = plain or (exponent.form == "name" and token.text == "(")
        if self._starts_factor() and not token.apart and not plain and not self._is("|"):
            raised = before.partition("^")[2]
            bare = before.partition("^")[0]
            raise self._two_readings(begin, f"{bare}^({raised}*{token.text}…)", f"{before}*{token.text}…")

    # What a factor begins with

    def _atom(self) -> Node:
        node = self._primary()
        if self._is("!"):
            self.at += 1
            if self._is("!"):
                raise self._two_readings(self._token().at - 1, "(n!)!", "n*(n-2)*…")
            node = self._node(call("factorial", node))
        return node

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "number":
            return self._node(number(self._value(token)))
        if token.kind in ("name", "constant"):
            return self._node(Node("name" if token.kind == "name" else "constant", (), token.text))
        if token.kind == "function":
            return self._function(token)
        if token.kind == "fraction":
            top = self._argument()
            bottom = self._argument()
            is_binomial = token.text == "\\binom"
            return self._node(call("binom", top, bottom) if is_binomial else Node("quotient", (top, bottom)))
        if token.kind == "sign" and token.text in CLOSING:
            return self._bracketed(token)
        if token.kind == "sign" and token.text == "|":
            return self._absolute(token)
        if token.kind == "sign" and token.text in ROUNDED:
            return self._node(call(ROUNDED[token.text], self._bracketed(token)))
        if token.kind == "sign" and token.text in ROOTS:
            return self._root(token)
        raise self._unexpected(token)

    def _value(self, token: Token) -> Fraction:
        if token.value is None:
            raise self._unexpected(token)
        return token.value

    def _bracketed(self, token: Token) -> Node:
        bars, self.bars = self.bars, 0
        inner = self._expression(0)
        if self._is(",", ";"):
            raise self.scanner.refuse(",", self._token().at, "One formula is asked for, without a comma.")
        self._expect(ENDS[token.text])
        self.bars = bars
        return inner

    def _absolute(self, token: Token) -> Node:
        before = self.tokens[self.at - 2] if self.at > 1 else None
        is_beside = before is not None and before.text not in (*OPERATORS, "^", *CLOSING, ",", "|")
        if self.closed_bar and is_beside:
            raise self.scanner.refuse("|", token.at, "It has two readings: write abs(…) in place of |…|.")
        self.bars += 1
        inner = self._expression(0)
        self._expect("|")
        self.bars -= 1
        self.closed_bar = True
        return self._node(call("abs", inner))

    def _root(self, token: Token) -> Node:
        if token.text == "√" and self._is("[") and self.text[token.at : token.at + 5] == "\\sqrt":
            degree = self._bracketed(self._next())
            return self._node(call("root", self._argument(), degree))
        inner = self._bracketed(self._next()) if self._is(*CLOSING) else self._plain_argument(token)
        return self._node(call("root", inner, number(4)) if token.text == "∜" else call(ROOTS[token.text], inner))

    def _argument(self) -> Node:
        """What a command of LaTeX takes: a group in braces, or one sign."""
        token = self._token()
        if self._is(*CLOSING):
            return self._bracketed(self._next())
        if token.kind == "number" and token.text.isdecimal() and len(token.text) > 1:
            # TeX takes the first digit alone: \\frac12 is a half.
            rest = Token("number", token.text[1:], token.at + 1, value=Fraction(int(token.text[1:])))
            self.tokens[self.at : self.at + 1] = [
                Token("number", token.text[0], token.at, value=Fraction(int(token.text[0]))),
                rest,
            ]
        if self._token().kind not in ("number", "name", "constant"):
            raise self._unexpected(self._token())
        return self._primary()
