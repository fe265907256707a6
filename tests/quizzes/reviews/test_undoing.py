"""What an undo, and a flag on a card, change of the facts: decided without a database."""

import uuid
from datetime import UTC, datetime

import pytest

from examprep.models import User
from quizzes.models import Card, Presentation, ReviewEvent
from quizzes.reviews.batch import ReportedFlag, ReportedUndo
from quizzes.reviews.batch_changes import BatchChanges
from quizzes.reviews.facts import Facts
from quizzes.reviews.memory_states import Step
from quizzes.reviews.outcomes import RejectedError
from quizzes.reviews.undoing import flag_card, undo

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REVIEW, IN_EXAM, UNDO, BURY, MISSING = (uuid.UUID(int=number) for number in range(1, 6))
CARD, OTHER_CARD = Card(pk=uuid.UUID(int=10), item_id=1), Card(pk=uuid.UUID(int=11), item_id=2)
SHOWN = Presentation(pk=uuid.UUID(int=20))
SHOWN_IN_EXAM = Presentation(pk=uuid.UUID(int=21), in_sitting=True)


@pytest.fixture
def changes() -> BatchChanges:
    """A log with an answer that moved two cards, an answer in an exam, an undo and a burial."""
    events = [
        ReviewEvent(event_id=REVIEW, type="review", presentation_id=SHOWN.pk),
        ReviewEvent(event_id=IN_EXAM, type="review", presentation_id=SHOWN_IN_EXAM.pk),
        ReviewEvent(event_id=UNDO, type="undo"),
        ReviewEvent(event_id=BURY, type="bury", card_id=CARD.pk),
    ]
    facts = Facts(
        events={event.event_id: event for event in events},
        undone=frozenset(),
        presentations={shown.pk: shown for shown in (SHOWN, SHOWN_IN_EXAM)},
        cards={card.pk: card for card in (CARD, OTHER_CARD)},
        cards_of_items={1: [CARD], 2: [OTHER_CARD]},
        cards_moved={REVIEW: [CARD.pk, OTHER_CARD.pk]},
        practice={},
        items_in_open_sittings=frozenset(),
    )
    return BatchChanges(facts)


def take_back(changes: BatchChanges, target: uuid.UUID) -> None:
    reported = ReportedUndo(id=uuid.UUID(int=99), type="undo", occurred_at=NOW, target=target)
    undo(ReviewEvent(event_id=reported.id, type="undo"), reported, changes, in_sitting=False)


@pytest.mark.parametrize(
    ("target", "to_replay", "flagged", "reopened"),
    [
        (REVIEW, {CARD.pk, OTHER_CARD.pk}, set(), {SHOWN.pk}),
        (BURY, set(), {CARD.pk}, set()),
        (MISSING, set(), set(), set()),
    ],
)
def test_an_undo_touches_what_its_target_touched(
    changes: BatchChanges,
    target: uuid.UUID,
    to_replay: set[uuid.UUID],
    flagged: set[uuid.UUID],
    reopened: set[uuid.UUID],
) -> None:
    take_back(changes, target)
    assert (set(changes.to_replay), set(changes.flagged), set(changes.reopened)) == (to_replay, flagged, reopened)
    stored = changes.find_event(target)
    assert stored.undone if stored else changes.is_undone(target)


def test_an_answer_of_the_same_batch_is_taken_back_with_the_cards_that_it_moved(changes: BatchChanges) -> None:
    answer = ReviewEvent(event_id=MISSING, type="review", presentation_id=SHOWN.pk)
    changes.events[MISSING] = answer
    changes.steps[MISSING] = [Step(OTHER_CARD, 3)]
    changes.closed.add(SHOWN.pk)
    take_back(changes, MISSING)
    assert set(changes.to_replay) == {OTHER_CARD.pk}
    assert changes.closed == set()


@pytest.mark.parametrize(
    ("target", "why"), [(UNDO, "An undo cannot be undone"), (IN_EXAM, "answered in an exam cannot be undone")]
)
def test_what_cannot_be_taken_back_changes_nothing(changes: BatchChanges, target: uuid.UUID, why: str) -> None:
    with pytest.raises(RejectedError, match=why) as caught:
        take_back(changes, target)
    assert caught.value.code == "not_undoable"
    assert changes == BatchChanges(changes.facts)


def test_a_flag_is_for_a_card_that_is_there(changes: BatchChanges) -> None:
    flag = ReportedFlag(id=uuid.UUID(int=99), type="bury", occurred_at=NOW, card=CARD.pk)
    event = ReviewEvent(event_id=flag.id, type="bury", occurred_at=NOW)
    flag_card(event, flag, changes, User())
    assert (event.card, set(changes.flagged)) == (CARD, {CARD.pk})
    with pytest.raises(RejectedError, match="no such card"):
        flag_card(event, flag.model_copy(update={"card": MISSING}), changes, User())
