"""A formula that is asked for: the key, what is wrong with a question before it is asked, and answers to it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from questions.expressions.domains import Domain, DomainError, read_domain
from questions.expressions.equality import Compared, KeyProblemError, UndecidedError, at_points, compile_formula
from questions.expressions.forms import Form, count_factors, lacks
from questions.expressions.holes import find_hole
from questions.expressions.reading import read
from questions.expressions.tree import ENGLISH, FUNCTIONS, Node, canonical, names_in
from questions.expressions.vocabulary import ExpressionError, Vocabulary

KEPT = 2048
"""Keys that stay compiled."""
MIN_FACTORS = 2
"""What is factored has at least so many."""


@dataclass(frozen=True)
class Asked:
    """What an author asks for: formulas as they are written, and `variables` with their domains."""

    answer: str
    variables: tuple[tuple[str, str], ...]
    constant: str = ""
    log: str = ""
    form: Form | None = None
    mistakes: tuple[str, ...] = ()

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """The names that may be typed."""
        names = [name for name, _ in self.variables]
        return Vocabulary.of([*names, *([self.constant] if self.constant else [])], self.log)

    def __hash__(self) -> int:
        return hash((self.answer, self.variables, self.constant, self.log, self.form, self.mistakes))


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right; else which mistake it is, or what is to be said of it."""

    correct: bool
    mistake: int | None = None
    message: str = ""
    share: float = 0.0
    """Of several formulas: how many of them are right."""


@dataclass(frozen=True)
class Key:
    """What answers are compared with."""

    asked: Asked
    domains: dict[str, Domain]
    formula: Compared
    mistakes: tuple[Compared | None, ...]


class AskedError(ValueError):
    """A question that cannot be asked; `field` says where it is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@functools.lru_cache(maxsize=KEPT)
def asked_for(asked: Asked) -> Key:
    """The compiled key. Raises AskedError."""
    domains = _domains(asked)
    constant = canonical(asked.constant) if asked.constant else ""
    answer = _read(asked, "answer", asked.answer)
    if constant and constant not in names_in(answer):
        raise AskedError("answer", f"The answer holds the constant: write + {asked.constant}.")
    try:
        formula = compile_formula(answer, domains, constant)
    except KeyProblemError as error:
        raise AskedError("answer", str(error)) from None
    mistakes = [_read(asked, f"mistakes.{place}.value", text) for place, text in enumerate(asked.mistakes)]
    return Key(asked, domains, formula, tuple(at_points(mistake, formula) for mistake in mistakes))


def judge(key: Key, node: Node) -> Verdict:
    """Judge an answer. Raises UndecidedError."""
    comparison = key.formula.compare(node)
    if comparison.equal and (hole := find_hole(node, key.formula, key.domains)):
        return Verdict(correct=False, message=_hole(hole))
    if comparison.equal:
        form = key.asked.form
        lacking = lacks(form, node, key.formula.node) if form else ""
        return Verdict(not lacking, None, f"Equal to the answer, but {lacking}." if lacking else "")
    for place, mistake in enumerate(key.mistakes):
        if mistake and _is_same(mistake, node):
            return Verdict(correct=False, mistake=place)
    if comparison.offset:
        return Verdict(correct=False, message=f"Right but for the constant: + {key.asked.constant} is missing.")
    return Verdict(correct=False, message=_hole(comparison.hole) if comparison.hole else "")


def _is_same(mistake: Compared, node: Node) -> bool:
    if names_in(node) - mistake.points.keys() - {mistake.constant}:
        return False
    try:
        return mistake.compare(node).equal
    except UndecidedError:
        return False


def _hole(place: dict[str, float]) -> str:
    """What is said of a formula that has no value somewhere."""
    where = ", ".join(f"{name} = {value:.4g}" for name, value in place.items())
    return f"Equal to the answer elsewhere, but without a value at {where.replace('-', '−')}."


def flaws(key: Key) -> Iterator[AskedError]:
    """What is wrong with a question: mistakes that are right, or the same; a form that the key itself has not."""
    asked, answer = key.asked, key.formula.node
    if asked.form == "factored" and count_factors(answer) < MIN_FACTORS:
        yield AskedError("answer", "The answer itself is not factored.")
    elif asked.form and (lacking := lacks(asked.form, answer, answer)):
        yield AskedError("answer", f"The answer itself is {lacking}.")
    if find_hole(answer, key.formula, key.domains) or not key.formula.compare(answer).equal:
        yield AskedError("answer", "The answer itself is not taken for right.")
    for dropped in _without_a_term(answer):
        if key.formula.compare(dropped).equal:
            yield AskedError("answer", "A term of it is too small to be seen: say in `variables` where the names lie.")
            break
    for place, mistake in enumerate(key.mistakes):
        field = f"mistakes.{place}.value"
        if mistake is None:
            yield AskedError(field, "The mistake has no value where the answer has one.")
        elif key.formula.compare(mistake.node).equal:
            yield AskedError(field, "The mistake is equal to the answer.")
        elif judge(key, mistake.node).mistake != place:
            yield AskedError(field, "The mistake is equal to another one.")


def _without_a_term(node: Node) -> Iterator[Node]:
    """The formulas in which one term of a sum is left out."""
    if node.form in ("sum", "difference"):
        yield node.parts[0]
    for place, part in enumerate(node.parts):
        for other in _without_a_term(part):
            yield Node(node.form, (*node.parts[:place], other, *node.parts[place + 1 :]), node.value)


def _read(asked: Asked, field: str, text: str) -> Node:
    try:
        return read(text, asked.vocabulary)
    except ExpressionError as error:
        raise AskedError(field, str(error)) from None


def _domains(asked: Asked) -> dict[str, Domain]:
    """Each name's domain. Raises AskedError for a name that means something else, or two things."""
    domains: dict[str, Domain] = {}
    names = [*asked.variables, *([(asked.constant, "real")] if asked.constant else [])]
    for name, domain in names:
        called = canonical(name)
        field = "constant" if name == asked.constant else f"variables.{name}"
        if not _is_name(called) or called in domains:
            raise AskedError(field, f"“{name}” cannot be a name here: use letters, as in x, x_1 or lambda.")
        try:
            domains[called] = read_domain(domain)
        except DomainError as error:
            raise AskedError(field, str(error)) from None
    for name in domains:
        others = Vocabulary(tuple(other for other in domains if other != name))
        if len(name) > 1 and "_" not in name and _reads(name, others):
            raise AskedError(f"variables.{name}", f"“{name}” is also a product of other names.")
    if asked.constant:
        del domains[canonical(asked.constant)]
    return domains


def _is_name(name: str) -> bool:
    base, _, below = name.partition("_")
    letters = base.isalpha() and (base.isascii() or base in ENGLISH) and (not below or below.replace("_", "").isalnum())
    return bool(letters) and base not in FUNCTIONS and len(name) <= 30


def _reads(text: str, vocabulary: Vocabulary) -> bool:
    try:
        read(text, vocabulary)
    except ExpressionError:
        return False
    return True
