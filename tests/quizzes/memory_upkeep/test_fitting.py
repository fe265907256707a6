"""Fits in use: adopted where better, kept with their figures, and the states always the fold of the log."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Course, Item
from quizzes import memory_upkeep, schedule, tasks
from quizzes.memory import fsrs, priors
from quizzes.memory_upkeep.fitting import load_prior
from quizzes.models import Card, ChangeLog, Enrolment, Job, MemoryFit, Review, ReviewEvent
from quizzes.reviews import change_log, memory_states
from tests.quizzes.memory.test_fitting import SOMEBODY, log_of

CARDS = 60


def remember(student: User, w: tuple[float, ...] = SOMEBODY, cards: int = CARDS, seed: int = 0) -> None:
    """A log as somebody whose memory is `w` leaves it, and the states that the defaults make of it."""
    log = log_of(w, cards, seed=seed)
    shift = timezone.now() - max(line.occurred_at for line in log) - timedelta(days=1)
    item = Item.objects.filter(slug="penalty-target").get()
    made = Card.objects.bulk_create(Card(student=student, item=item, facet=f"f{number}") for number in range(cards))
    events = [
        ReviewEvent(
            student=student,
            event_id=uuid.uuid4(),
            sequence=number,
            type="review",
            body_hash="0" * 64,
            device=uuid.UUID(int=1),
            device_occurred_at=line.occurred_at + shift,
            occurred_at=line.occurred_at + shift,
            study_date=(line.occurred_at + shift).date(),
            received_at=line.occurred_at + shift,
        )
        for number, line in enumerate(log, start=1)
    ]
    ReviewEvent.objects.bulk_create(events)
    Review.objects.bulk_create(
        Review(card=made[line.card.int], event=event, rating=line.rating, score=float(line.rating > 1))
        for line, event in zip(log, events, strict=True)
    )
    ChangeLog.objects.update_or_create(
        student=student, defaults={"last_sequence": len(events), "next_day_at": timezone.now()}
    )
    memory_upkeep.rebuild(student)


def stabilities(student: User) -> list[float | None]:
    return list(Card.objects.filter(student=student).order_by("pk").values_list("stability", flat=True))


def w_of(student: User) -> tuple[float, ...]:
    return ChangeLog.objects.get(student=student).w


@pytest.mark.any_database
def test_a_better_fit_is_adopted_and_the_states_follow(student: User) -> None:
    remember(student)
    before = stabilities(student)

    fit = memory_upkeep.fit_student(student)

    assert fit is not None
    assert fit.adopted
    assert fit.log_loss_after < fit.log_loss_before
    assert w_of(student) == tuple(fit.parameters) != fsrs.DEFAULT_PARAMETERS
    assert stabilities(student) != before
    assert memory_upkeep.rebuild(student, repair=False).different == 0
    card = Card.objects.filter(student=student, last_rating__gt=1).first()
    assert card
    assert card.due_at == memory_states.due(student, card, fit.parameters)
    assert Job.objects.filter(student=student, kind="plan").exists()


@pytest.mark.any_database
def test_a_fit_that_the_newest_answers_speak_against_is_kept_with_its_figures_and_changes_nothing(
    student: User,
) -> None:
    remember(student)
    memory_upkeep.fit_student(student)
    before = stabilities(student)
    newest = Review.objects.filter(event__student=student).order_by("-event__occurred_at")
    Review.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[: CARDS * 8 // 5])).update(rating=3)
    with pytest.MonkeyPatch.context() as patched:
        easy = (100.0,) * 4 + fsrs.DEFAULT_PARAMETERS[4:]
        patched.setattr(change_log, "load_parameters", lambda _: easy)
        again = memory_upkeep.fit_student(student)
    assert again is not None
    assert not again.adopted
    assert again.log_loss_before < again.log_loss_after
    assert stabilities(student) == before
    assert ChangeLog.objects.get(student=student).fit != again


def test_a_short_log_is_not_fitted_to(student: User) -> None:
    remember(student, cards=6)
    assert memory_upkeep.fit_student(student) is None
    assert not MemoryFit.objects.exists()


@pytest.mark.any_database
def test_students_follow_their_course_until_they_have_their_own(student: User, stranger: User, course: Course) -> None:
    Enrolment.objects.get_or_create(student=stranger, course=course)
    remember(student, cards=30)
    remember(stranger, cards=30, seed=1)
    newcomer = User.objects.create_user("newcomer")
    schedule.enrol(newcomer, course)

    fit = memory_upkeep.fit_course(course)
    assert fit is not None
    assert fit.adopted
    assert memory_upkeep.follow_courses() == 3
    assert {w_of(one) for one in (student, stranger, newcomer)} == {tuple(fit.parameters)}
    assert memory_upkeep.rebuild(repair=False).different == 0
    assert memory_upkeep.follow_courses() == 0

    own = MemoryFit.objects.create(
        student=student,
        fitted_at=timezone.now(),
        parameters=list(SOMEBODY),
        reviews=400,
        judged_on=100,
        log_loss_before=1,
        log_loss_after=0.5,
        rmse_before=0.2,
        rmse_after=0.1,
        calibration=[],
        adopted=True,
    )
    ChangeLog.objects.filter(student=student).update(fit=own)
    MemoryFit.objects.create(
        **{**vars_of(fit), "fitted_at": timezone.now(), "parameters": list(fsrs.DEFAULT_PARAMETERS)}
    )
    assert memory_upkeep.follow_courses() == 2
    assert w_of(student) == SOMEBODY
    assert w_of(newcomer) == fsrs.DEFAULT_PARAMETERS


def vars_of(fit: MemoryFit) -> dict[str, Any]:
    return {field.name: getattr(fit, field.name) for field in MemoryFit._meta.fields if field.name != "id"}


@pytest.mark.any_database
def test_who_is_in_two_courses_follows_the_one_joined_last(student: User, course: Course) -> None:
    remember(student)
    other = Course.objects.create(slug="other", title="Other")
    first = memory_upkeep.fit_course(course)
    assert first
    second = MemoryFit.objects.create(**{**vars_of(first), "course": other, "parameters": list(SOMEBODY)})
    schedule.enrol(student, other)
    assert memory_upkeep.follow_courses() == 1
    assert ChangeLog.objects.get(student=student).fit == second
    assert memory_upkeep.follow_courses() == 0


def test_fits_are_due_once_a_week_and_twice_does_no_harm(student: User) -> None:
    remember(student)
    now = timezone.now()
    assert list(memory_upkeep.students_due(now)) == [student]
    for _ in range(2):
        tasks.fit_student(student.pk)
        tasks.fit_course(Course.objects.get().pk)
    assert MemoryFit.objects.filter(student=student).count() == 1
    assert MemoryFit.objects.filter(course__isnull=False).count() == 1
    assert not memory_upkeep.students_due(now + timedelta(days=8))  # nothing was answered since
    Card.objects.filter(student=student).update(last_review_at=now + timedelta(days=1))
    assert not memory_upkeep.students_due(now + timedelta(days=2))
    assert list(memory_upkeep.students_due(now + timedelta(days=8))) == [student]
    assert list(memory_upkeep.courses_due(now + timedelta(days=8)))


def test_a_fit_is_due_after_a_hundred_answers_however_young_the_last_one_is(student: User) -> None:
    remember(student, cards=13)  # 104 answers
    now = timezone.now()
    newest = ReviewEvent.objects.filter(student=student).order_by("-occurred_at")
    for hundredth, due in ((newest[4], False), (newest[5], True)):
        MemoryFit.objects.all().delete()
        fit = MemoryFit(student=student, fitted_at=now - timedelta(hours=20), parameters=list(SOMEBODY), adopted=True)
        fit.reviews = fit.judged_on = fit.log_loss_before = fit.log_loss_after = 1
        fit.rmse_before, fit.rmse_after, fit.calibration = 0.1, 0.1, []
        fit.save()
        ReviewEvent.objects.filter(student=student).update(received_at=now)
        earlier = ReviewEvent.objects.filter(student=student, occurred_at__lte=hundredth.occurred_at)
        earlier.update(received_at=now - timedelta(days=2))
        assert memory_upkeep.students_due(now).exists() is due


def test_what_is_likely_in_a_course_is_learned_from_thirty_students(
    student: User, course: Course, django_assert_num_queries: Any
) -> None:
    figures = {"reviews": 90, "judged_on": 10, "log_loss_before": 1, "log_loss_after": 0.5, "rmse_before": 0.1}
    learners = User.objects.bulk_create(User(username=f"learner{number}") for number in range(30))
    Enrolment.objects.bulk_create(Enrolment(student=learner, course=course) for learner in learners)
    for learner in learners:
        assert load_prior(course) is priors.built_in()
        for days, w in ((9, fsrs.DEFAULT_PARAMETERS), (2, SOMEBODY)):  # the newest counts alone
            at = timezone.now() - timedelta(days=days)
            MemoryFit.objects.create(
                student=learner, fitted_at=at, parameters=list(w), adopted=True, rmse_after=0, calibration=[], **figures
            )
    with django_assert_num_queries(1):
        drawn = load_prior(course)
    assert drawn.mean == pytest.approx((priors.built_in().mean + priors.to_logs(SOMEBODY)) / 2)
    # Who has an earlier fit has the prior of the others: here they are too few.
    assert load_prior(course, learners[0]) is priors.built_in()
    assert load_prior(None) is load_prior(Course.objects.create(slug="other", title="Other")) is priors.built_in()


@pytest.mark.any_database
def test_by_hand(student: User) -> None:
    remember(student)
    out = StringIO()
    call_command("fit_memory", student="ada", stdout=out)
    assert "ada: fitted to" in out.getvalue()
    assert "adopted" in out.getvalue()
    out = StringIO()
    call_command("fit_memory", stdout=out)
    assert "0 students follow" in out.getvalue() or "A tiny course: fitted to" in out.getvalue()
    with pytest.raises(CommandError, match="no student “nobody”"):
        call_command("fit_memory", student="nobody")


@pytest.mark.any_database
def test_instructors_see_the_figures(student: User, admin_client: Client) -> None:
    remember(student)
    fit = memory_upkeep.fit_student(student)
    assert fit
    listed = admin_client.get("/admin/quizzes/memoryfit/").content.decode()
    assert f"{fit.log_loss_before:.4f}" in listed
    shown = admin_client.get(f"/admin/quizzes/memoryfit/{fit.pk}/change/").content.decode()
    assert "Predicted right" in shown
    assert str(fit.calibration[-1]["n"]) in shown
