"""Exams: a sitting is drawn up by the exam's blueprint and opened, its questions frozen."""

from __future__ import annotations

import math
import secrets
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import Max

from questions.kinds import KINDS, matching
from questions.models import Concept, Item, ItemVersion
from quizzes import presentations, schedule
from quizzes.calendar import instant, study_day
from quizzes.exams import blueprints, composition
from quizzes.exams.sittings import GRACE, SittingError, close_locked, lengthened, round_seconds
from quizzes.models import Card, Enrolment, Exam, Presentation, ReviewEvent, Sitting, Slot
from quizzes.reviews import change_log, memory_states

FORGOTTEN_AFTER = timedelta(days=30)
"""What was seen longer ago counts as not seen."""
HALF_LIFE = 7.0
"""Days after which having seen an item counts half."""
LOOKED_BACK = 200
"""Match-set answers that confusions are taken from."""
UNSEEN = 0.5
"""The recall that is assumed of a pair never asked."""
CHECKED_DRAWS = 20
"""Draws that a blueprint has to fill before it is taken."""


def open_sitting(student: Any, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    """The student's open sitting of the exam, or a new one (True).

    Raises Enrolment.DoesNotExist for who is not enrolled, and SittingError: `early`, `over`, `attempts` or `bank`.
    """
    try:
        with transaction.atomic():
            return _open(student, exam, now)
    except IntegrityError:
        # Two requests at once, where the database let both begin: the first one's stands.
        return student.sittings.get(exam=exam, state=Sitting.State.OPEN), False


def _open(student: Any, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    enrolment = Enrolment.objects.get(student=student, course=exam.course_id)
    schedule.ensure_cards(student)  # locks the change log: one at a time
    current = Sitting.objects.filter(student=student, exam=exam, state=Sitting.State.OPEN).first()
    if current and now <= current.deadline_at + GRACE:
        return current, False
    if current:
        close_locked(current, Sitting.State.EXPIRED, now)
    last = Sitting.objects.filter(student=student, exam=exam).aggregate(last=Max("number"))["last"] or 0
    _check_times(exam, last, now)
    blueprint = blueprints.parse(exam.kind, exam.blueprint)
    sitting = Sitting(
        exam=exam,
        student=student,
        number=last + 1,
        seed=secrets.randbits(presentations.SEED_BITS),
        opened_at=now,
        deadline_at=now + lengthened(timedelta(minutes=exam.minutes), enrolment),
    )
    if isinstance(blueprint, blueprints.Viva):
        sections, slots = _viva_slots(sitting, blueprint, enrolment, now)
    else:
        sections, slots = _assessment_slots(sitting, blueprint, now)
    sitting.sections = sections
    sitting.save(force_insert=True)
    Presentation.objects.bulk_create([slot.presentation for slot in slots])
    Slot.objects.bulk_create(slots)
    return sitting, True


def _check_times(exam: Exam, taken: int, now: datetime) -> None:
    if exam.opens_at and now < exam.opens_at:
        raise SittingError("early", f"This exam opens at {instant(exam.opens_at)}.")
    if exam.closes_at and now >= exam.closes_at:
        raise SittingError("over", f"This exam closed at {instant(exam.closes_at)}.")
    if exam.attempts is not None and taken >= exam.attempts:
        often = "once" if exam.attempts == 1 else f"{exam.attempts} times"
        raise SittingError("attempts", f"This exam can be taken {often}, and you have.")


def _assessment_slots(
    sitting: Sitting, blueprint: blueprints.Assessment, now: datetime
) -> tuple[list[dict[str, Any]], list[Slot]]:
    drawn = _draw_items(_candidates(sitting.exam, sitting.student, now), blueprint, sitting.seed)
    versions = _versions([item for part in drawn for item in part])
    cards = _cards(sitting.student, versions)
    sections: list[dict[str, Any]] = []
    slots: list[Slot] = []
    for part, items in zip(blueprint.parts, drawn, strict=True):
        numbers = []
        for item in items:
            presentation = _presentation(sitting, versions[item], cards[item], now)
            if presentation:
                number = len(slots) + 1
                numbers.append(number)
                slots.append(
                    Slot(sitting=sitting, number=number, presentation=presentation, deadline_at=sitting.deadline_at)
                )
        sections.append({"title": part.title, "slots": numbers})
    return sections, slots


def _draw_items(
    candidates: Sequence[composition.Candidate], blueprint: blueprints.Assessment, seed: int, *, strict: bool = False
) -> list[list[int]]:
    parts = [composition.Part(part.slots, part.kinds, part.difficulty) for part in blueprint.parts]
    try:
        return composition.compose(candidates, parts, blueprint.concepts, seed, strict=strict)
    except composition.ShortError as short:
        where = "" if short.part is None else f"{blueprint.parts[short.part].title}: "
        raise SittingError("bank", f"{where}{short}.") from None


def check_blueprint(exam: Exam) -> None:
    """That the exam's blueprint is right, and that the published bank of its course can fill it.

    Raises blueprints.BlueprintError, or SittingError that names the cell that is short.
    """
    blueprint = blueprints.parse(exam.kind, exam.blueprint)
    there = set(Concept.objects.filter(course=exam.course_id).values_list("slug", flat=True))
    for slug in blueprint.concepts:
        if slug not in there:
            raise blueprints.BlueprintError("concepts", f"There is no concept “{slug}” in this course.")
    candidates = _candidates(exam, None, None)
    if isinstance(blueprint, blueprints.Assessment):
        for seed in range(CHECKED_DRAWS):
            _draw_items(candidates, blueprint, seed, strict=True)
        return
    sets = [one for one in candidates if one.kind == matching.KIND and _weighs(one.concept, blueprint.concepts)]
    if len(sets) < blueprint.rounds:
        raise SittingError("bank", f"match sets: {blueprint.rounds} rounds needed, {len(sets)} published.")
    if blueprint.rounds * blueprint.seconds_a_round > exam.minutes * 60:
        together = math.ceil(blueprint.rounds * blueprint.seconds_a_round / 60)
        raise blueprints.BlueprintError(
            "rounds", f"The rounds take {together} minutes together; the exam has {exam.minutes}."
        )


@dataclass(frozen=True)
class Share:
    """A concept of a blueprint: the slots (or rounds) to expect of it in a sitting, and the items there are for it."""

    concept: str
    expected: float
    published: int


def shares(exam: Exam) -> list[Share]:
    """What the blueprint's concepts amount to, the heaviest first. Raises blueprints.BlueprintError."""
    blueprint = blueprints.parse(exam.kind, exam.blueprint)
    kinds = (
        {matching.KIND}
        if isinstance(blueprint, blueprints.Viva)
        else {kind for part in blueprint.parts for kind in part.kinds or KINDS}
    )
    there = Counter(one.concept for one in _candidates(exam, None, None) if one.kind in kinds)
    slots = blueprint.rounds if isinstance(blueprint, blueprints.Viva) else blueprint.slots
    weights = blueprint.concepts or dict.fromkeys(there, 1.0)
    total = sum(weights.values())
    found = [Share(concept, slots * weight / total, there[concept]) for concept, weight in weights.items() if weight]
    return sorted(found, key=lambda one: (-one.expected, one.concept))


def _weighs(concept: str, concepts: dict[str, float]) -> bool:
    return not concepts or concepts.get(concept, 0) > 0


def _candidates(exam: Exam, student: Any | None, now: datetime | None) -> list[composition.Candidate]:
    seen: dict[int, datetime] = {}
    if student is not None and now is not None:
        shown = Presentation.objects.filter(student=student, created_at__gt=now - FORGOTTEN_AFTER)
        seen = dict(shown.values_list("card__item").annotate(last=Max("created_at")).values_list("card__item", "last"))
    rows = Item.objects.published().filter(course=exam.course_id).order_by("pk")
    return [
        composition.Candidate(pk, kind, concepts[0], difficulty, _seen(seen.get(pk), now))
        for pk, kind, concepts, difficulty in rows.values_list(
            "pk", "published__kind", "published__concepts", "published__difficulty"
        )
    ]


def _seen(at: datetime | None, now: datetime | None) -> float:
    return 0.5 ** ((now - at) / timedelta(days=HALF_LIFE)) if at and now else 0.0


def _versions(items: Sequence[int]) -> dict[int, ItemVersion]:
    found = Item.objects.filter(pk__in=items).select_related("published__item", "published__lesson")
    return {item.pk: item.published for item in found if item.published}


def _cards(student: Any, items: Any) -> dict[int, Card]:
    """A card of each item, which its presentation hangs on: of a match set the first of its pairs."""
    found: dict[int, Card] = {}
    for card in Card.objects.filter(student=student, item__in=items).order_by("facet"):
        found.setdefault(card.item_id, card)
    return found


def _presentation(
    sitting: Sitting, version: ItemVersion, card: Card, now: datetime, facets: Sequence[str] = (), **options: Any
) -> Presentation | None:
    """Frozen, and closed from the start: nothing but the sitting asks it."""
    rng = np.random.default_rng([sitting.seed, version.item_id])
    seeds = [int(seed) for seed in rng.integers(0, 2**presentations.SEED_BITS, presentations.DRAWS)]
    drawn = presentations.draw(version, uuid.uuid5(sitting.pk, str(version.item_id)), seeds, facets, **options)
    if drawn:
        drawn.student, drawn.card = sitting.student, card
        drawn.created_at = drawn.closed_at = now
        drawn.in_sitting = True
    return drawn


# Vivas


@dataclass(frozen=True)
class Confusion:
    """A right-hand text that the student gave for a pair where it was wrong, how often, and whose it is."""

    item: int
    facet: str
    given: str
    owner: str | None
    times: int


def confusions(student: Any) -> list[Confusion]:
    """What the student took for what, in their newest answers to match sets; one query."""
    events = ReviewEvent.objects.filter(
        student=student, type=ReviewEvent.Type.REVIEW, undone=False, presentation__version__kind=matching.KIND
    )
    rows = events.order_by("-occurred_at").values_list(
        "response", "presentation__answer", "presentation__version__item"
    )[:LOOKED_BACK]
    counts: Counter[tuple[int, str, str, str | None]] = Counter()
    for response, answer, item in rows:
        owners = {right: answer["facets"][left] for left, right in answer["pairs"].items()}
        for left, given in (response or {}).get("pairs", {}).items():
            if left in answer["pairs"] and given != answer["pairs"][left] and given in answer["right"]:
                counts[item, answer["facets"][left], answer["right"][given], owners.get(given)] += 1
    return [Confusion(*which, times) for which, times in counts.most_common()]


def _viva_slots(
    sitting: Sitting, blueprint: blueprints.Viva, enrolment: Enrolment, now: datetime
) -> tuple[list[dict[str, Any]], list[Slot]]:
    confused = confusions(sitting.student)
    pairs = _pairs(sitting, blueprint, confused, now)
    rounds = composition.rounds(pairs, blueprint.rounds, blueprint.pairs, blueprint.concepts, sitting.seed)
    if not rounds:
        raise SittingError("bank", "There are no match sets for this viva.")
    versions = _versions([one.item for one in rounds])
    cards = _cards(sitting.student, versions)
    seconds = round_seconds(blueprint, enrolment)
    slots: list[Slot] = []
    for one in rounds:
        presentation = _presentation(
            sitting,
            versions[one.item],
            cards[one.item],
            now,
            one.facets,
            size=blueprint.pairs,
            distractors=blueprint.distractors,
            preferred=[each.given for each in confused if each.item == one.item],
        )
        if presentation:
            slots.append(Slot(sitting=sitting, number=len(slots) + 1, presentation=presentation, seconds=seconds))
    return [{"title": "Rounds", "slots": [slot.number for slot in slots]}], slots


def _pairs(
    sitting: Sitting, blueprint: blueprints.Viva, confused: Sequence[Confusion], now: datetime
) -> list[composition.Pair]:
    partners: dict[tuple[int, str], list[str]] = defaultdict(list)
    missed: Counter[tuple[int, str]] = Counter()
    for one in confused:
        missed[one.item, one.facet] += one.times
        if one.owner:
            partners[one.item, one.facet].append(one.owner)
    on, w = study_day(sitting.student, now).date, change_log.parameters(sitting.student)
    cards = Card.objects.filter(student=sitting.student, item__course=sitting.exam.course_id, item__kind=matching.KIND)
    cards = cards.filter(item__retired_at=None).exclude(item__published=None).select_related("item__published")
    found = []
    for card in cards:
        version = card.item.published
        assert version is not None
        if card.facet in version.facets and _weighs(version.concepts[0], blueprint.concepts):
            recall = memory_states.predict(card, on, 0.0, w)
            found.append(
                composition.Pair(
                    card.item_id,
                    card.facet,
                    version.concepts[0],
                    version.difficulty,
                    UNSEEN if recall is None else recall,
                    missed[card.item_id, card.facet],
                    tuple(partners[card.item_id, card.facet]),
                )
            )
    return found
