"""The form in which a formula is written, as its syntax tree has it: factored, expanded, simplified, one fraction."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, TypeAlias

from questions.expressions.tree import Node, names_in, rational, walk

Form: TypeAlias = Literal["factored", "expanded", "simplified", "fraction"]
SPARE = 1
"""How many numbers and names a simplified answer may have more than the key."""
MAX_FACTORS = 50


def lacks(form: Form, node: Node, key: Node) -> str:
    """What is missing for a formula that equals the key to have its form; "" if it has it."""
    match form:
        case "factored":
            return "" if count_factors(node) >= count_factors(key) else "not factored"
        case "expanded":
            return _expanded(node)
        case "fraction":
            return "" if _is_one_fraction(node) else "not one fraction"
        case "simplified":
            return _simplified(node, key)


def count_factors(node: Node) -> int:
    """How many factors that hold names a product has, a power counting as often as it is raised."""
    match node.form:
        case "negative":
            return count_factors(node.parts[0])
        case "product":
            return count_factors(node.parts[0]) + count_factors(node.parts[1])
        case "quotient":
            return count_factors(node.parts[0]) - count_factors(node.parts[1])
        case "power":
            times = rational(node.parts[1])
            if times is not None and times.denominator == 1 and abs(times) <= MAX_FACTORS:
                return int(times) * count_factors(node.parts[0])
    return int(bool(names_in(node)))


def terms(node: Node, sign: int = 1) -> Iterator[tuple[int, Node]]:
    """The terms of a sum, each with its sign."""
    match node.form:
        case "sum" | "difference":
            yield from terms(node.parts[0], sign)
            yield from terms(node.parts[1], sign if node.form == "sum" else -sign)
        case "negative":
            yield from terms(node.parts[0], -sign)
        case _:
            yield sign, node


def _expanded(node: Node) -> str:
    for _, term in terms(node):
        for part in walk(term):
            if part.form == "product" and any(each.form in ("sum", "difference") for each in _bare(part.parts)):
                return "not expanded"
            times = rational(part.parts[1]) if part.form == "power" else None
            whole = times is not None and times.denominator == 1 and times > 1
            if whole and _bare(part.parts)[0].form in ("sum", "difference", "product"):
                return "not expanded"
    return "not expanded: like terms stand apart" if _has_like_terms(node) else ""


def _bare(parts: tuple[Node, ...]) -> list[Node]:
    """The parts without a sign before them."""
    return [part.parts[0] if part.form == "negative" else part for part in parts]


def _is_one_fraction(node: Node) -> bool:
    while node.form == "negative":
        node = node.parts[0]
    return node.form == "quotient" and not any(
        each.form == "quotient" or (each.form == "power" and (rational(each.parts[1]) or 0) < 0)
        for part in node.parts
        for each in walk(part)
    )


def _simplified(node: Node, key: Node) -> str:
    for part in walk(node):
        if _is_undone(part):
            return "not simplified"
    if _has_like_terms(node) or _leaves(node) > _leaves(key) + SPARE:
        return "not simplified"
    return ""


def _numbers(node: Node) -> list[Fraction]:
    """The numbers among the factors of a product."""
    if node.form == "product":
        return _numbers(node.parts[0]) + _numbers(node.parts[1])
    return [] if node.number is None else [node.number]


def _can_be_reduced(top: Node, bottom: Node) -> bool:
    """Whether the numbers of a fraction have a common factor, or several stand on one side."""
    above, below = _numbers(top), _numbers(bottom)
    if len(above) > 1 or len(below) > 1:
        return True
    return bool(above and below and below[0]) and Fraction(above[0], below[0]).denominator != abs(below[0])


def _is_undone(node: Node) -> bool:
    """Whether arithmetic is left to do: 2·3, 4/6, x^1, 0 + x, 1·x, a sign before a sign."""
    if node.form == "negative":
        return node.parts[0].form == "negative"
    if node.form not in ("sum", "difference", "product", "quotient", "power"):
        return False
    left, right = (part.number for part in node.parts)
    match node.form:
        case "quotient" if left is not None and right is not None:
            whole = left.denominator == right.denominator == 1
            return not whole or not right or Fraction(left, right).denominator != abs(right) or abs(right) == 1
        case "power":
            return right in (0, 1) or (left is not None and right is not None and right.denominator == 1)
        case "quotient":
            return left == 0 or right == 1 or _can_be_reduced(*node.parts)
        case "product" if len(_numbers(node)) > 1:
            return True
    if left is not None and right is not None:
        return True
    idle = (0,) if node.form in ("sum", "difference") else (0, 1)
    return left in idle or right in idle


def _leaves(node: Node) -> int:
    return sum(not part.parts for part in walk(node))


def _has_like_terms(node: Node) -> bool:
    kinds = [_literal_part(term) for _, term in terms(node)]
    return len(set(kinds)) < len(kinds)


def _literal_part(term: Node) -> frozenset[tuple[Node, int | Fraction]]:
    """What a term has beside its number: each factor with how often it stands."""
    powers: dict[Node, Fraction] = {}
    left = [(term, Fraction(1))]
    while left:
        node, times = left.pop()
        written = rational(node.parts[1]) if node.form == "power" else None
        if node.form == "negative":
            left.append((node.parts[0], times))
        elif node.form in ("product", "quotient"):
            left += [(node.parts[0], times), (node.parts[1], times if node.form == "product" else -times)]
        elif written is not None and abs(written * times) < 10**6:
            left.append((node.parts[0], times * written))
        elif node.number is None:
            powers[node] = powers.get(node, Fraction(0)) + times
    return frozenset((node, times) for node, times in powers.items() if times)
