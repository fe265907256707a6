"""Exams: a sitting is opened, answered, and closed; its answers then count as reviews.

The server's clock alone decides. An answer is saved by one conditional UPDATE of its slot, so that it is either in
before the slot is graded or refused; nothing that a client holds on to can change what was graded. Until then no
response holds a key, a score or an explanation.
"""

from __future__ import annotations

import logging
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
from django.utils.crypto import salted_hmac

from questions import kinds
from questions.kinds import matching, short_text
from questions.kinds.base import Graded, ResponseError
from questions.models import Concept, Item, ItemVersion
from quizzes import blueprints, composing, folding, journal, presenting, reviewing, scheduling
from quizzes.calendar import instant, study_day
from quizzes.models import Card, Enrolment, Exam, Presentation, ReviewEvent, Sitting, Slot

GRACE = timedelta(seconds=5)
"""For an answer that was on its way at the deadline."""
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
ORAL_MARKS = (0, 1, 2)

logger = logging.getLogger(__name__)


class SittingError(ValueError):
    """A sitting cannot be opened, or a step is out of turn; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StaleError(ValueError):
    """Another tab or device has saved since: `slot` is as it stands."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(f"This answer was changed elsewhere; the newest revision is {slot.rev}.")
        self.slot = slot


class PastError(ValueError):
    """Too late: the deadline has passed, or the sitting is closed."""


class StillOpenError(ValueError):
    """There is no result yet."""


# Opening


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
    scheduling.ensure_cards(student)  # locks the journal: one at a time
    current = Sitting.objects.filter(student=student, exam=exam, state=Sitting.State.OPEN).first()
    if current and now <= current.deadline_at + GRACE:
        return current, False
    if current:
        _close(current, Sitting.State.EXPIRED, now)
    last = Sitting.objects.filter(student=student, exam=exam).aggregate(last=Max("number"))["last"] or 0
    _check_times(exam, last, now)
    blueprint = blueprints.parse(exam.kind, exam.blueprint)
    sitting = Sitting(
        exam=exam,
        student=student,
        number=last + 1,
        seed=secrets.randbits(presenting.SEED_BITS),
        opened_at=now,
        deadline_at=now + _lengthened(timedelta(minutes=exam.minutes), enrolment),
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
        raise SittingError("attempts", f"This exam can be taken {exam.attempts} times, and you have.")


def _lengthened(time: timedelta, enrolment: Enrolment) -> timedelta:
    return time * (1 + enrolment.extra_time_percent / 100)


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
    candidates: Sequence[composing.Candidate], blueprint: blueprints.Assessment, seed: int, *, strict: bool = False
) -> list[list[int]]:
    parts = [composing.Part(part.slots, part.kinds, part.difficulty) for part in blueprint.parts]
    try:
        return composing.compose(candidates, parts, blueprint.concepts, seed, strict=strict)
    except composing.ShortError as short:
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


def _weighs(concept: str, concepts: dict[str, float]) -> bool:
    return not concepts or concepts.get(concept, 0) > 0


def _candidates(exam: Exam, student: Any | None, now: datetime | None) -> list[composing.Candidate]:
    seen: dict[int, datetime] = {}
    if student is not None and now is not None:
        shown = Presentation.objects.filter(student=student, created_at__gt=now - FORGOTTEN_AFTER)
        seen = dict(shown.values_list("card__item").annotate(last=Max("created_at")).values_list("card__item", "last"))
    rows = Item.objects.published().filter(course=exam.course_id).order_by("pk")
    return [
        composing.Candidate(pk, kind, concepts[0], difficulty, _seen(seen.get(pk), now))
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
    seeds = [int(seed) for seed in rng.integers(0, 2**presenting.SEED_BITS, presenting.DRAWS)]
    drawn = presenting.draw(version, uuid.uuid5(sitting.pk, str(version.item_id)), seeds, facets, **options)
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
    rounds = composing.rounds(pairs, blueprint.rounds, blueprint.pairs, blueprint.concepts, sitting.seed)
    if not rounds:
        raise SittingError("bank", "There are no match sets for this viva.")
    versions = _versions([one.item for one in rounds])
    cards = _cards(sitting.student, versions)
    seconds = _round_seconds(blueprint, enrolment)
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


def _round_seconds(blueprint: blueprints.Viva, enrolment: Enrolment) -> int:
    return round(_lengthened(timedelta(seconds=blueprint.seconds_a_round), enrolment).total_seconds())


def _pairs(
    sitting: Sitting, blueprint: blueprints.Viva, confused: Sequence[Confusion], now: datetime
) -> list[composing.Pair]:
    partners: dict[tuple[int, str], list[str]] = defaultdict(list)
    missed: Counter[tuple[int, str]] = Counter()
    for one in confused:
        missed[one.item, one.facet] += one.times
        if one.owner:
            partners[one.item, one.facet].append(one.owner)
    on, w = study_day(sitting.student, now).date, journal.parameters(sitting.student)
    cards = Card.objects.filter(student=sitting.student, item__course=sitting.exam.course_id, item__kind=matching.KIND)
    cards = cards.filter(item__retired_at=None).exclude(item__published=None).select_related("item__published")
    found = []
    for card in cards:
        version = card.item.published
        assert version is not None
        if card.facet in version.facets and _weighs(version.concepts[0], blueprint.concepts):
            recall = folding.predict(card, on, 0.0, w)
            found.append(
                composing.Pair(
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


def start_round(student: Any, sitting: uuid.UUID, number: int, now: datetime) -> Slot:
    """Show a round of a viva and start its clock; again: the same clock. Rounds come in their order.

    Raises Slot.DoesNotExist, PastError, and SittingError `turn`.
    """
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.seconds is None:
            raise SittingError("turn", "Only the rounds of a viva are started.")
        if _is_past(slot.sitting, now):
            raise PastError("The time is over.")
        earlier = list(slot.sitting.slots.filter(number__lt=number, score=None).select_for_update(of=("self",)))
        if any(one.deadline_at is None or now <= one.deadline_at + GRACE for one in earlier):
            raise SittingError("turn", f"Finish round {earlier[0].number} first.")
        for one in earlier:
            _fill(one)
        Slot.objects.bulk_update(earlier, ["score", "grade"])
        if slot.started_at is None:
            slot.started_at = now
            slot.deadline_at = min(now + timedelta(seconds=slot.seconds), slot.sitting.deadline_at)
            slot.save(update_fields=["started_at", "deadline_at"])
    return slot


def finish_round(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    """Grade a round that was started by what was saved; again: the same grade.

    Raises Slot.DoesNotExist, and SittingError `turn`.
    """
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.started_at is None:
            raise SittingError("turn", f"Round {number} was not started.")
        if slot.score is None:
            _fill(slot)
            slot.save(update_fields=["score", "grade"])
    return slot


def mark_oral(student: Any, sitting: uuid.UUID, number: int, pair: str, mark: int) -> None:
    """The student's own mark of having said why `pair` (a left id of a finished round) belongs together.

    Raises Slot.DoesNotExist, SittingError `turn`, and ResponseError.
    """
    if mark not in ORAL_MARKS:
        raise ResponseError("mark", "Mark yourself 0, 1 or 2.")
    with transaction.atomic():
        slot = _locked_slot(student, sitting, number)
        if slot.score is None or slot.seconds is None:
            raise SittingError("turn", f"Finish round {number} first.")
        if pair not in slot.presentation.answer["pairs"]:
            raise ResponseError("pair", "This is not one of the pairs of this round.")
        slot.oral = {"pair": pair, "mark": mark}
        slot.save(update_fields=["oral"])


# Answering


@dataclass(frozen=True)
class Saved:
    """An answer that is in."""

    rev: int
    saved_at: datetime
    remaining: timedelta


def save_answer(student: Any, sitting: uuid.UUID, number: int, response: Any, rev: int, now: datetime) -> Saved:
    """Save an answer (None: take it back) over the revision `rev`, which the client knew last.

    The same request again is answered as the first time. Raises Slot.DoesNotExist, ResponseError, StaleError and
    PastError.
    """
    slot = _slot(student, sitting, number)
    if response is not None and slot.score is None:
        _graded(slot, response)
    waiting = Slot.objects.filter(pk=slot.pk, score=None, deadline_at__gte=now - GRACE, rev=rev)
    if waiting.update(response=response, rev=rev + 1, saved_at=now):
        return Saved(rev + 1, now, _remaining(slot, now))
    slot.refresh_from_db()
    # First, since an answer that is in may be sent again after the deadline, where its reply was lost.
    if slot.rev == rev + 1 and slot.response == response and slot.saved_at:
        return Saved(slot.rev, slot.saved_at, _remaining(slot, now))
    if slot.score is not None or slot.deadline_at is None or now > slot.deadline_at + GRACE:
        raise PastError("The time is over: this answer was not saved.")
    raise StaleError(slot)


def flag(student: Any, sitting: uuid.UUID, number: int, *, flagged: bool) -> None:
    """Flag a slot for later, or no more. Raises Slot.DoesNotExist and PastError."""
    slot = _slot(student, sitting, number)
    if not Slot.objects.filter(pk=slot.pk, score=None).update(flagged=flagged):
        raise PastError("This sitting is closed.")


def _slot(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    found = Slot.objects.select_related("sitting", "presentation__version")
    return found.get(sitting=sitting, sitting__student=student, number=number)


def _locked_slot(student: Any, sitting: uuid.UUID, number: int) -> Slot:
    found = Slot.objects.select_for_update(of=("self",)).select_related(
        "sitting__student", "presentation__version__item", "presentation__version__lesson"
    )
    return found.get(sitting=sitting, sitting__student=student, number=number)


def _remaining(slot: Slot, now: datetime) -> timedelta:
    return max((slot.deadline_at or slot.sitting.deadline_at) - now, timedelta(0))


def _is_past(sitting: Sitting, now: datetime) -> bool:
    return not sitting.is_open or now > sitting.deadline_at + GRACE


# Grading


def _graded(slot: Slot, response: Any) -> Graded:
    """Raises ResponseError."""
    version = slot.presentation.version
    if version.kind == short_text.KIND and isinstance(response, dict):
        # In an exam nobody is told that an answer is nearly right.
        response = {**response, "final": True}
    return kinds.get(version.kind).grade(presenting.body_of(version.pk), slot.presentation.answer, response)


def _fill(slot: Slot) -> None:
    """Fill in `score` and `grade`; once they are saved, nothing is saved over its answer."""
    version, answer = slot.presentation.version, slot.presentation.answer
    kind, body = kinds.get(version.kind), presenting.body_of(version.pk)
    nothing = Graded(0.0, [], dict.fromkeys(slot.presentation.facets, 0.0))
    try:
        graded = nothing if slot.response is None else _graded(slot, slot.response)
    except ResponseError:
        graded = nothing
    slot.score = graded.score
    slot.grade = {"rating": "again", **presenting.told(graded, kind.reveal(body, answer)), "cards": []}


# Closing


def submit(student: Any, sitting: uuid.UUID, now: datetime) -> Sitting:
    """Close the sitting; again: it stays as it is. Raises Sitting.DoesNotExist."""
    found = get(student, sitting, now)
    return close(found, Sitting.State.SUBMITTED, now) if found.is_open else found


def get(student: Any, sitting: uuid.UUID, now: datetime) -> Sitting:
    """A sitting of the student's; one whose time is over is closed first. Raises Sitting.DoesNotExist."""
    found = Sitting.objects.select_related("exam__course", "student").get(pk=sitting, student=student)
    if found.is_open and _is_past(found, now):
        return close(found, Sitting.State.EXPIRED, now)
    return found


def close_overdue(now: datetime, limit: int = 200) -> int:
    """Close sittings whose time is over, with what was saved; how many. Safe to run twice or late."""
    overdue = Sitting.objects.filter(state=Sitting.State.OPEN, deadline_at__lt=now - GRACE).order_by("deadline_at")
    closed = 0
    for sitting in overdue.select_related("exam__course", "student")[:limit]:
        try:
            close(sitting, Sitting.State.EXPIRED, now)
            closed += 1
        except Exception:
            # The others are not to wait for it; the next sweep tries again.
            logger.exception("%s could not be closed", sitting)
    return closed


def close(sitting: Sitting, state: str, now: datetime) -> Sitting:
    """Grade all slots and feed what was answered to the memory model, once, whoever calls this how often."""
    with transaction.atomic():
        # The journal first, as everywhere: whoever holds it may close.
        journal.lock(sitting.student, now)
        locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
        current = locked.get(pk=sitting.pk)
        return _close(current, state, now) if current.is_open else current


def _close(sitting: Sitting, state: str, now: datetime) -> Sitting:
    slots = list(
        sitting.slots.select_for_update(of=("self",)).select_related(
            "presentation__version__item", "presentation__version__lesson"
        )
    )
    before = _expected(sitting, now)
    for slot in slots:
        if slot.score is None:
            _fill(slot)
    _feed(sitting, [slot for slot in slots if slot.response is not None], now)
    Slot.objects.bulk_update(slots, ["score", "grade"])
    sitting.state = state
    sitting.closed_at = now if state == Sitting.State.SUBMITTED else sitting.deadline_at
    sitting.score = sum(slot.score or 0.0 for slot in slots)
    sitting.max_score = float(len(slots))
    sitting.forecast = {"before": before, "after": _expected(sitting, now)}
    sitting.save(update_fields=["state", "closed_at", "score", "max_score", "forecast"])
    return sitting


def _feed(sitting: Sitting, slots: Sequence[Slot], now: datetime) -> None:
    """Every answered slot is a review, at the instant of its answer; its event's id makes it one for ever.

    How long a single answer took is not known: each is taken to have needed its item's own time.
    """
    if not slots:
        return
    events = [
        {
            "id": str(event_of(sitting, slot)),
            "type": "review",
            "presentation": str(slot.presentation_id),
            "response": _final(slot),
            "occurred_at": (slot.saved_at or now).isoformat(),
            "duration_ms": slot.presentation.version.seconds * 1000,
        }
        for slot in slots
    ]
    batch = {"device": str(sitting.pk), "device_now": now.isoformat(), "events": events}
    results = reviewing.accept(sitting.student, batch, now=now, of_sitting=True)["results"]
    for slot, result in zip(slots, results, strict=True):
        if result["grade"]:
            grade: dict[str, Any] = result["grade"]
            slot.grade.update(rating=grade["rating"], cards=grade["cards"])


def _final(slot: Slot) -> Any:
    if slot.presentation.version.kind == short_text.KIND:
        return {**slot.response, "final": True}
    return slot.response


def event_of(sitting: Sitting, slot: Slot) -> uuid.UUID:
    """The id of the review that an answered slot becomes; no client can know it before."""
    digest = salted_hmac("sitting", f"{sitting.pk}:{slot.number}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _expected(sitting: Sitting, now: datetime) -> dict[str, float] | None:
    found = scheduling.expected_score(sitting.student, sitting.exam, now)
    return {"score": found.score, "low": found.low, "high": found.high} if found else None


def change_extra_time(enrolment: Enrolment) -> None:
    """After its extra time was changed: the sittings that are open get it too."""
    for sitting in Sitting.objects.filter(
        student=enrolment.student_id, exam__course=enrolment.course_id, state=Sitting.State.OPEN
    ).select_related("exam"):
        with transaction.atomic():
            deadline = sitting.opened_at + _lengthened(timedelta(minutes=sitting.exam.minutes), enrolment)
            Sitting.objects.filter(pk=sitting.pk, state=Sitting.State.OPEN).update(deadline_at=deadline)
            sitting.slots.filter(score=None, seconds=None).update(deadline_at=deadline)
            blueprint = blueprints.parse(sitting.exam.kind, sitting.exam.blueprint)
            if isinstance(blueprint, blueprints.Viva):
                # A round that runs keeps its clock.
                waiting = sitting.slots.filter(started_at=None)
                waiting.update(seconds=_round_seconds(blueprint, enrolment))


# Showing


def payload(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """The Sitting of CONTRACT.md; rounds of a viva that were not begun hide their pairs."""
    slots = sitting.slots.select_related("presentation__version__item", "presentation__version__lesson")
    return {
        "id": str(sitting.pk),
        "exam": sitting.exam.slug,
        "kind": sitting.exam.kind,
        "number": sitting.number,
        "state": sitting.state,
        "opened_at": instant(sitting.opened_at),
        "deadline_at": instant(sitting.deadline_at),
        "closed_at": instant(sitting.closed_at) if sitting.closed_at else None,
        "server_now": instant(now),
        "sections": sitting.sections,
        "slots": [slot_payload(slot) for slot in slots],
    }


def slot_payload(slot: Slot) -> dict[str, Any]:
    """A slot as its student sees it while it is open."""
    hidden = slot.seconds is not None and slot.started_at is None
    return {
        "slot": slot.number,
        "presentation": None if hidden else presenting.payload(slot.presentation),
        "response": slot.response,
        "rev": slot.rev,
        "flagged": slot.flagged,
        "seconds": slot.seconds,
        "deadline_at": instant(slot.deadline_at) if slot.deadline_at else None,
        "closed": slot.score is not None,
    }


def shows_keys(sitting: Sitting, now: datetime) -> bool:
    """Whether the exam releases keys and explanations of this closed sitting by now."""
    exam = sitting.exam
    return exam.feedback == Exam.Feedback.CLOSED or exam.closes_at is None or now >= exam.closes_at


def result(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """The result of a closed sitting: score, sections, concepts, and each slot with its grade.

    Before the exam releases its feedback, grades are left out. Raises StillOpenError.
    """
    if sitting.is_open:
        raise StillOpenError("This sitting is still open.")
    slots = list(sitting.slots.select_related("presentation__version__item", "presentation__version__lesson"))
    shown = shows_keys(sitting, now)
    scores = {slot.number: slot.score or 0.0 for slot in slots}
    concepts: dict[str, list[float]] = defaultdict(list)
    for slot in slots:
        concepts[slot.presentation.version.concepts[0]].append(scores[slot.number])
    return {
        "id": str(sitting.pk),
        "state": sitting.state,
        "score": sitting.score,
        "max_score": sitting.max_score,
        "sections": [
            {
                "title": section["title"],
                "score": sum(scores[number] for number in section["slots"]),
                "max_score": float(len(section["slots"])),
            }
            for section in sitting.sections
        ],
        "concepts": [
            {"slug": slug, "score": sum(points), "max_score": float(len(points))} for slug, points in concepts.items()
        ],
        "forecast": sitting.forecast,
        "feedback": shown,
        "slots": [
            {
                "slot": slot.number,
                "presentation": presenting.payload(slot.presentation),
                "response": slot.response,
                "score": slot.score if shown else None,
                "oral": slot.oral,
                "grade": presenting.with_html(slot.grade) if shown else None,
            }
            for slot in slots
        ],
    }
