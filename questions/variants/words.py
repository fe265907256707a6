"""Drawn texts in formulas: each stands for its place in the list that it is drawn from.

`word == "ReLU"` becomes `word == 2`, and `net.params` of a drawn row `net__params`, before a formula is compiled: so
formulas compute with numbers alone, and whatever proves them needs to know of nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from questions.variants import formulas
from questions.variants.functions import FormulaError, Shape
from questions.variants.versions import ENGINE_VERSION

COLUMN = "__"
"""Between the name of a drawn row and that of its column, where the author writes a dot."""


def as_written(text: str) -> str:
    """A name, or a formula, with its columns as the author writes them."""
    return text.replace(COLUMN, ".")


@dataclass(frozen=True)
class Vocabulary:
    """The declared names: `rows` with their columns, and the `texts` that the values of a name stand for."""

    names: Collection[str] = ()
    rows: Mapping[str, Collection[str]] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: dict[str, Shape] | None = None
    """Of what each name stands for, where they are known."""
    engine: int = ENGINE_VERSION


def plain(text: str, known: Vocabulary) -> str:
    """A formula without texts and rows. Raises FormulaError where it uses a text as if it were a number."""
    tree = _parsed(text, known)
    if tree is None:
        return text
    resolved = _Resolved(known).visit(tree)
    for node in ast.walk(resolved):
        if isinstance(node, ast.Name) and node.id in known.texts and not getattr(node, "compared", False):
            name = as_written(node.id)
            raise FormulaError(f'“{name}” is a text: compare it, as in {name} == "{known.texts[node.id][0]}".')
    return ast.unparse(resolved)


def spoken(text: str, known: Vocabulary) -> tuple[str, tuple[str, ...]]:
    """A formula whose value is a place in a list of texts, and that list; a formula of a number has none.

    A text is a drawn one, or `"one" if condition else "the other"`. Raises FormulaError.
    """
    tree = _parsed(text, known)
    if tree is None:
        return text, ()
    said = _said(tree.body, known)
    return said or (plain(text, known), ())


def _said(node: ast.expr, known: Vocabulary) -> tuple[str, tuple[str, ...]] | None:
    """The formula and the texts of an expression that is a text."""
    match node:
        case ast.Constant(value=str() as text):
            return "0", (text,)
        case ast.Name() | ast.Attribute():
            name = _Resolved(known).visit(node)
            texts = known.texts.get(getattr(name, "id", ""))
            return (name.id, texts) if texts else None
        case ast.Subscript(value=ast.Name(id=name), slice=index) if name in known.texts:
            return f"{name}[{plain(ast.unparse(index), known)}]", known.texts[name]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            first, second = _said(body, known), _said(orelse, known)
            if first is None and second is None:
                return None
            if first is None or second is None:
                raise FormulaError("Say a text in both cases, or a number in both.")
            condition, shift = plain(ast.unparse(test), known), len(first[1])
            return f"({first[0]}) if ({condition}) else (({second[0]}) + {shift})", first[1] + second[1]
    return None


class _Resolved(ast.NodeTransformer):
    """Puts places for texts that are compared, and names for columns."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        row = node.value.id if isinstance(node.value, ast.Name) else ""
        columns = self.known.rows.get(row)
        if columns is None:
            raise FormulaError("Only a drawn row has columns, as in net.params.", node.col_offset + 1)
        if node.attr not in columns:
            listed = ", ".join(columns)
            raise FormulaError(f"“{row}” has no column “{node.attr}”. Columns: {listed}.", node.col_offset + 1)
        return ast.Name(f"{row}{COLUMN}{node.attr}", ast.Load())

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        names = [side.id for side in sides if isinstance(side, ast.Name) and side.id in self.known.texts]
        if not names:
            return node
        if len(sides) != 2 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            raise FormulaError("Compare a text with == or != only.")
        texts = self.known.texts[names[0]]
        if texts != self.known.texts[names[-1]]:
            raise FormulaError("Compare texts of the same list.")
        equal = self._equal(sides, names[0], texts)
        if isinstance(equal, ast.Compare):
            return ast.Compare(equal.left, node.ops, equal.comparators)
        return equal if isinstance(node.ops[0], ast.Eq) else ast.UnaryOp(ast.Not(), equal)

    def _equal(self, sides: Sequence[ast.expr], name: str, texts: tuple[str, ...]) -> ast.expr:
        """Whether both sides are the same text, at whichever of its places in the list each stands."""
        for side, other in (sides, sides[::-1]):
            match side:
                case ast.Constant(value=str() as text) if text in texts:
                    return _any([_is(_marked(other), place) for place in _places(text, texts)])
                case ast.Constant(value=str() as text):
                    raise FormulaError(f"“{text}” is none of {', '.join(texts)}.")
        first, second = sides
        if not (isinstance(first, ast.Name) and isinstance(second, ast.Name)):
            raise FormulaError(f"Compare “{as_written(name)}” with a text.")
        twice = [places for text in dict.fromkeys(texts) if len(places := _places(text, texts)) > 1]
        same = ast.Compare(_marked(first), [ast.Eq()], [_marked(second)])
        return _any([same, *(_both(first, second, places) for places in twice)])


def _places(text: str, texts: tuple[str, ...]) -> list[int]:
    return [place for place, each in enumerate(texts) if each == text]


def _marked(name: ast.expr) -> ast.expr:
    """The name, as one that is compared."""
    name.compared = True  # type: ignore[attr-defined]
    return name


def _is(name: ast.expr, place: int) -> ast.expr:
    return ast.Compare(name, [ast.Eq()], [ast.Constant(place)])


def _any(conditions: list[ast.expr]) -> ast.expr:
    return conditions[0] if len(conditions) == 1 else ast.BoolOp(ast.Or(), conditions)


def _both(first: ast.expr, second: ast.expr, places: Sequence[int]) -> ast.expr:
    """Whether both are at one of the places."""
    return ast.BoolOp(ast.And(), [_any([_is(name, place) for place in places]) for name in (first, second)])


def _parsed(text: str, known: Vocabulary) -> ast.Expression | None:
    """The syntax of a formula that holds texts or rows; None for another, which stays as it is written."""
    if not (known.texts or known.rows or '"' in text or "'" in text):
        return None
    tree = formulas.parse(text.strip())
    return tree if any(_is_word(node, known) for node in ast.walk(tree)) else None


def _is_word(node: ast.AST, known: Vocabulary) -> bool:
    match node:
        case ast.Attribute() | ast.Constant(value=str()):
            return True
        case ast.Name(id=name):
            return name in known.texts
    return False
