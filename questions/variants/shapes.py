"""Whether numbers, lists and matrices fit together in a formula, and what it costs: known as it is read."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questions.variants.functions import FUNCTIONS, FormulaError, Shape
from questions.variants.functions.rules import MisfitError, entrywise, say, to_product

POWER, OTHER = 120, 2
"""Nanoseconds that a part of a formula takes for each number; a function says what it takes."""


def weight_of(node: ast.AST) -> int:
    """The nanoseconds that a part of a formula takes for each number, what stands in it apart."""
    match node:
        case ast.BinOp(op=ast.Pow()):
            return POWER
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name].weight
    return OTHER


@dataclass
class Reading:
    """Reads the shape of a formula's value from those of its names, and adds up the nanoseconds that a seed takes."""

    shapes: Mapping[str, Shape]
    work: int = 0

    def shape_of(self, node: ast.expr) -> Shape:
        """The shape of a part's value. Raises FormulaError."""
        shape, inner = self._read(node)
        self.work += weight_of(node) * max(map(math.prod, (shape, *inner)))
        return shape

    def _read(self, node: ast.expr) -> tuple[Shape, Sequence[Shape]]:
        """The shape of a part's value, and those of what it is computed from."""
        match node:
            case ast.UnaryOp(operand=operand):
                return self.shape_of(operand), ()
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self._product(node, [self.shape_of(left), self.shape_of(right)])
            case ast.BinOp(left=left, right=right):
                return self._together(node, [left, right])
            case ast.Compare(left=left, comparators=comparators):
                return self._together(node, [left, *comparators])
            case ast.BoolOp(values=parts):
                return self._together(node, parts)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._together(node, [test, body, orelse])
            case ast.Subscript(value=value, slice=index):
                return self._entry(node, self.shape_of(value), index), ()
            case ast.List(elts=entries):
                return _listed(node, [self.shape_of(entry) for entry in entries]), ()
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                inner = [self.shape_of(arg) for arg in (*args, *(keyword.value for keyword in keywords))]
                try:
                    return FUNCTIONS[name].shape(inner), inner
                except MisfitError as error:
                    raise FormulaError(f"{name}() {error}", node.col_offset + 1) from None
            case ast.Name(id=name):
                return self.shapes.get(name, ()), ()
        return (), ()

    def _together(self, node: ast.expr, parts: Sequence[ast.expr]) -> tuple[Shape, Sequence[Shape]]:
        inner = [self.shape_of(part) for part in parts]
        try:
            return entrywise(inner), ()
        except MisfitError:
            first, second = list(dict.fromkeys(shape for shape in inner if shape))[:2]
            product = isinstance(node, ast.BinOp) and len(first + second) > 2
            hint = " The product of matrices is A @ B." if product else ""
            what = f"{say(first)} and {say(second)} do not go together.{hint}"
            raise FormulaError(what[0].upper() + what[1:], node.col_offset + 1) from None

    def _product(self, node: ast.expr, inner: Sequence[Shape]) -> tuple[Shape, Sequence[Shape]]:
        try:
            shape = to_product(inner)
        except MisfitError as error:
            what = str(error)
            raise FormulaError(what[0].upper() + what[1:], node.col_offset + 1) from None
        self.work += 2 * OTHER * math.prod(shape) * inner[0][-1]
        return shape, inner

    def _entry(self, node: ast.Subscript, shape: Shape, index: ast.expr) -> Shape:
        column = node.col_offset + 1
        if not shape or self.shape_of(index):
            raise FormulaError("Only a list or a matrix is indexed, and by one number, as in v[0] or A[1][0].", column)
        try:
            place = ast.literal_eval(index)
        except ValueError:
            return shape[1:]
        if place not in range(shape[0]):
            entries = "rows" if len(shape) > 1 else "entries"
            raise FormulaError(f"The index is 0 to {shape[0] - 1}, since there are {shape[0]} {entries}.", column)
        return shape[1:]


def _listed(node: ast.List, entries: Sequence[Shape]) -> Shape:
    if len(set(entries)) > 1 or len(entries[0]) > 1:
        raise FormulaError("A list has numbers, or rows that are as long as each other.", node.col_offset + 1)
    return (len(entries), *entries[0])
