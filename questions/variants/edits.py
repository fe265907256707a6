"""Formulas one step away from another: a term left out, an operator swapped, degrees taken for radians."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from questions.variants.formulas import MAX_CHARACTERS, MAX_NODES


@dataclass(frozen=True)
class Edit:
    """A formula one step away from the answer's, and what was done to get there."""

    formula: str
    what: str


def edits_of(answer: str, let: Mapping[str, str]) -> Iterator[Edit]:
    """The formulas one step away from the answer's: as it is written, and with all that `let` computes put in place."""
    seen = {answer}
    written = ast.parse(answer.strip(), mode="eval").body
    whole = _inlined(written, let)
    names = sorted({*_names(whole), *let})
    for tree in (written, whole):
        for edited, what in (*_around(tree, names), *_edited(tree, names), *_exchanged(tree, names)):
            formula = ast.unparse(ast.fix_missing_locations(edited))
            if formula not in seen and len(formula) <= MAX_CHARACTERS:
                seen.add(formula)
                yield Edit(formula, what)


def _inlined(tree: ast.expr, let: Mapping[str, str]) -> ast.expr:
    """The formula with what `let` computes put in place of its names, as far as that stays a formula."""
    parsed = {name: ast.parse(text.strip(), mode="eval").body for name, text in let.items()}

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(parsed[node.id]) if node.id in parsed else node

    for _ in range(len(parsed)):
        wider = Put().visit(copy.deepcopy(tree))
        if sum(1 for _ in ast.walk(wider)) > MAX_NODES or ast.dump(wider) == ast.dump(tree):
            break
        tree = wider
    return tree


def _names(tree: ast.expr) -> set[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}


Edited = tuple[ast.expr, str]


def _around(tree: ast.expr, names: Sequence[str]) -> Iterator[Edited]:
    """What is done to the whole number at the end."""
    for factor, what in ((100, "It is 100 times too large: a percentage?"), (1000, "It is 1,000 times too large.")):
        yield _binary(tree, ast.Mult(), ast.Constant(factor)), what
        yield _binary(tree, ast.Div(), ast.Constant(factor)), what.replace("large", "small")
    yield ast.UnaryOp(ast.USub(), tree), "The sign is wrong."
    yield _binary(ast.Constant(1), ast.Sub(), tree), "It is the rest to 1."
    yield _binary(ast.Constant(1), ast.Div(), tree), "It is upside down."
    yield _binary(tree, ast.Add(), ast.Constant(1)), "It is one too many."
    yield _binary(tree, ast.Sub(), ast.Constant(1)), "It is one too few."
    yield _binary(tree, ast.Mult(), ast.Constant(2)), "It is twice as much."
    yield _binary(tree, ast.Div(), ast.Constant(2)), "It is half as much."
    yield _binary(tree, ast.Mult(), tree), "It is squared."
    yield _call("sqrt", tree), "A root is taken."
    for name in names:
        yield _binary(ast.Name(name, ast.Load()), ast.Sub(), tree), f"It is the rest to {name}."


def _edited(tree: ast.expr, names: Sequence[str]) -> Iterator[Edited]:
    """The tree with one step done somewhere in it."""
    yield from _at(tree, names)
    for field, value in ast.iter_fields(tree):
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            if not isinstance(child, ast.expr) or (isinstance(tree, ast.Call) and field == "func"):
                continue
            for edited, what in _edited(child, names):
                changed = copy.copy(tree)
                new = [*children[:place], edited, *children[place + 1 :]] if isinstance(value, list) else edited
                setattr(changed, field, new)
                yield changed, what


def _exchanged(tree: ast.expr, names: Sequence[str]) -> Iterator[Edited]:
    """Two names, each in the place of the other throughout."""
    for one, other in itertools.combinations(sorted(_names(tree) & set(names)), 2):
        yield _renamed(tree, {one: other, other: one}), f"{one} and {other} are exchanged."


def _renamed(tree: ast.expr, new: Mapping[str, str]) -> ast.expr:
    changed = copy.deepcopy(tree)
    for node in ast.walk(changed):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    return changed


_OTHER_CALLS = {
    "sin": "cos", "cos": "sin", "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
    "mean": "median", "median": "mean", "floor": "ceil", "ceil": "floor", "log": "log10", "log10": "log", "exp": "log",
    "var": "std", "std": "var", "sum": "mean",
}  # fmt: skip


ANGLES = ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")


def _at(node: ast.expr, names: Sequence[str]) -> Iterator[Edited]:
    """What one step makes of a node."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            yield left, f"{_text(right)} is left out."
            yield right, f"{_text(left)} is left out."
            yield from _operators(left, op, right)
            if isinstance(op, ast.Mult) and ast.dump(left) == ast.dump(right):
                yield _call("abs", left), "Absolute values stand in place of squares."
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            yield inner, "A minus is left out."
        case ast.Call(func=ast.Name(id=name)):
            yield from _calls(node, name)
        case ast.IfExp(body=body, orelse=orelse):
            yield body, "The case is not told from the other."
            yield orelse, "The case is not told from the other."
        case ast.Name(id=name) if name in names:
            for other in names:
                if other != name:
                    yield ast.Name(other, ast.Load()), f"{other} stands in place of {name}."
            yield _binary(node, ast.Mult(), node), f"{name} is squared."
            yield _binary(ast.Constant(2), ast.Mult(), node), f"{name} is doubled."
            yield _binary(ast.Constant(1), ast.Sub(), node), f"1 - {name} stands in place of {name}."


def _calls(node: ast.Call, name: str) -> Iterator[Edited]:
    args, keywords = node.args, node.keywords
    yield args[0], f"{name} is left out."
    if name in ("var", "std", "cov"):
        yield from _divided(node, name)
    if name.endswith("d") and name[:-1] in ANGLES:
        yield _call(name[:-1], *args), "Degrees are taken for radians."
    if name in ("sum", "dot"):
        yield _call("sqrt", node), "A root is taken."
    if name == "abs":
        yield _binary(args[0], ast.Mult(), args[0]), "Squares stand in place of absolute values."
    if name in _OTHER_CALLS:
        other = _OTHER_CALLS[name]
        yield ast.Call(ast.Name(other, ast.Load()), args, keywords), f"{other} stands in place of {name}."
    if len(args) == 2:
        yield _call(name, *args[::-1]), f"In {name} both are exchanged."


def _divided(node: ast.Call, name: str) -> Iterator[Edited]:
    """A variance divided by n in place of n - 1, or the other way round."""
    *rest, ddof = [*node.args, *(keyword.value for keyword in node.keywords)]
    if isinstance(ddof, ast.Constant):
        by = "n in place of n - 1" if ddof.value else "n - 1 in place of n"
        yield _call(name, *rest, ast.Constant(0 if ddof.value else 1)), f"It is divided by {by}."


def _operators(left: ast.expr, op: ast.operator, right: ast.expr) -> Iterator[Edited]:
    match op:
        case ast.Add():
            yield _binary(left, ast.Sub(), right), f"{_text(right)} is taken off in place of added."
            yield _binary(left, ast.Mult(), right), "A product stands in place of a sum."
        case ast.Sub():
            yield _binary(left, ast.Add(), right), f"{_text(right)} is added in place of taken off."
            yield _binary(right, ast.Sub(), left), "The difference is the other way round."
        case ast.Mult():
            yield _binary(left, ast.Sub(), right), "A difference stands in place of a product."
            yield _binary(left, ast.Div(), right), f"It is divided by {_text(right)} in place of multiplied."
            yield _binary(right, ast.Div(), left), f"It is divided by {_text(left)} in place of multiplied."
            yield _binary(left, ast.Add(), right), "A sum stands in place of a product."
        case ast.MatMult():
            yield _binary(right, ast.MatMult(), left), "The factors are the other way round."
            yield _binary(left, ast.Mult(), right), "The matrices are multiplied entry by entry."
        case ast.Div():
            yield _binary(left, ast.Mult(), right), f"It is multiplied by {_text(right)} in place of divided."
            yield _binary(right, ast.Div(), left), "The quotient is upside down."
            yield _binary(left, ast.Sub(), right), "A difference stands in place of a quotient."
        case ast.Pow():
            yield _binary(left, ast.Mult(), right), "It is multiplied by the exponent in place of raised to it."
            yield _binary(left, ast.Pow(), _binary(right, ast.Sub(), ast.Constant(1))), "The exponent is one too small."
            yield _binary(left, ast.Pow(), _binary(right, ast.Add(), ast.Constant(1))), "The exponent is one too large."
            yield _binary(right, ast.Pow(), left), "Base and exponent are exchanged."
            if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
                for inner, what in ((ast.Mult(), "multiplied by the exponent"), (ast.Pow(), "raised")):
                    part = _binary(left.right, inner, right)
                    yield _binary(left.left, left.op, part), f"Only {_text(left.right)} is {what}."


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, op, right)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _text(node: ast.expr) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
