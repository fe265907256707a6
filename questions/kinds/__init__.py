"""The kinds of question: what an item of each holds, how it is put, graded and shown, and how an author writes it.

Each kind is one module (or folder) of this package; nothing else in the house names one. What the others need is in
`Kind`: they ask the kind of an item for it.
"""

from __future__ import annotations

from questions.kinds.alike import unnamed, with_names, without_names
from questions.kinds.base import (
    AnyKind,
    Graded,
    Kind,
    Option,
    Presented,
    Revealed,
    ShownGrade,
    rank,
)
from questions.kinds.bodies import ENGINE, ItemBody
from questions.kinds.drawn import with_draws
from questions.kinds.formula import Formula
from questions.kinds.intervals import Intervals
from questions.kinds.labels import Labels
from questions.kinds.matching import Matching
from questions.kinds.matrix import Matrix
from questions.kinds.multi_part import MultiPart
from questions.kinds.multiple_select import MultipleSelect
from questions.kinds.number_list import NumberList
from questions.kinds.numeric import Numeric
from questions.kinds.open_response import OpenResponse
from questions.kinds.ordering import Ordering
from questions.kinds.pairs import PairAnswer, PairTexts, Round
from questions.kinds.recall import Recall
from questions.kinds.registry import KINDS, finalise, grade
from questions.kinds.responses import (
    DontKnow,
    Echo,
    FormFields,
    NearMissError,
    ResponseError,
    check_storable,
    has_unreadable,
    is_dont_know,
    is_unreadable,
    said_instead,
    unreadable,
)
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.self_marking import Back, Point
from questions.kinds.short_text import ShortText
from questions.kinds.single_choice import SingleChoice
from questions.kinds.steps import WorkedStep, count_steps, grade_step
from questions.kinds.typed_text import comparable
from questions.variants.engine import VariantError
from questions.variants.versions import ENGINE_VERSION

MAX_ECHOED = 1000
"""Characters that are read while they are typed: more than any field takes."""

for _kind in (
    with_draws(SingleChoice()),
    with_draws(MultipleSelect()),
    Numeric(),
    with_draws(Formula()),
    with_draws(NumberList()),
    with_draws(Intervals()),
    with_draws(Matrix()),
    with_draws(Matching()),
    with_draws(Labels()),
    with_draws(Ordering()),
    with_draws(ShortText()),
    with_draws(Recall()),
    with_draws(OpenResponse()),
    MultiPart(),
):
    KINDS[_kind.name] = _kind


def get(name: str) -> AnyKind:
    """The kind of this name; KeyError for a name that is none."""
    return KINDS[name]


def echo(name: str, typed: str, reading: str) -> Echo:
    """How a text that is typed into a field of this kind is read; where no kind is named, as a number."""
    kind = KINDS.get(name, KINDS[Numeric.name])
    return kind.echo(typed[:MAX_ECHOED], reading[:MAX_ECHOED]) if typed.strip() else Echo()


def parse(name: str, document: object, engine: int = ENGINE_VERSION) -> ItemBody:
    """The body of an item of this kind, drawn and set by an engine.

    Raises pydantic.ValidationError, which names each wrong field.
    """
    return get(name).body_type.model_validate(document, context={ENGINE: engine})


def titles() -> list[tuple[str, str]]:
    """The kinds' names, each with its title for people."""
    return [(name, kind.title) for name, kind in KINDS.items()]


def check_help() -> str:
    """For the API document: what `check` holds, kind by kind."""
    texts = [f"{name}: {kind.check_help};" for name, kind in KINDS.items() if kind.check_help]
    return " ".join([*texts, "else null: a response is right when it is the key."])


def with_variants() -> list[str]:
    """The names of the kinds whose numbers are drawn."""
    return [name for name, kind in KINDS.items() if kind.has_variants]


def with_pairs() -> list[str]:
    """The names of the kinds whose pairs are cards of their own, of which vivas are made."""
    return [name for name, kind in KINDS.items() if kind.has_pairs]


def in_exams() -> list[str]:
    """The names of the kinds that an exam may ask: those that students do not mark themselves, or staff there."""
    return [name for name, kind in KINDS.items() if not kind.is_self_marked or kind.is_marked_by_staff]


def in_exams_by_name() -> list[str]:
    """The names of those that an exam asks where a section names them alone, since staff have to mark them."""
    return [name for name, kind in KINDS.items() if kind.is_marked_by_staff]


def in_quick_checks() -> list[str]:
    """The names of the kinds that a lesson's quick check asks."""
    return [name for name, kind in KINDS.items() if kind.in_quick_check]


__all__ = [
    "KINDS",
    "AnyKind",
    "Back",
    "DontKnow",
    "Echo",
    "FormFields",
    "Graded",
    "ItemBody",
    "Kind",
    "NearMissError",
    "Option",
    "PairAnswer",
    "PairTexts",
    "Point",
    "Presented",
    "ResponseError",
    "Revealed",
    "Round",
    "Sample",
    "SampleOption",
    "ShownGrade",
    "VariantError",
    "WorkedStep",
    "check_help",
    "check_storable",
    "comparable",
    "count_steps",
    "echo",
    "finalise",
    "get",
    "grade",
    "grade_step",
    "has_unreadable",
    "in_exams",
    "in_exams_by_name",
    "in_quick_checks",
    "is_dont_know",
    "is_unreadable",
    "parse",
    "rank",
    "said_instead",
    "titles",
    "unnamed",
    "unreadable",
    "with_names",
    "with_pairs",
    "with_variants",
    "without_names",
]
