"""Scores arrive once and the newest stays; teachers place what they choose; the people of a course come."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from examprep.lti import calling, keys, roster, scores
from examprep.lti.models import LtiContext, LtiKey, LtiPlatform, LtiScore
from examprep.models import User
from examprep.tasks import fetch_lti_people, rotate_lti_keys, send_lti_scores
from quizzes import exams
from quizzes.background import publisher
from quizzes.exams import mending
from quizzes.models import Enrolment, Exam, Section, Sitting, SittingAct, Slot
from tests.lti.platforms import LEARNER, MEMBERSHIPS, RETURN, TEACHER, Lms

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXAM = {"course": "tiny", "exam": "tiny-exam"}
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@pytest.fixture
def ada(lms: Lms) -> User:
    """A student who came to the exam from the platform."""
    lms.come(Client(), custom=EXAM)
    return User.objects.get()


def sit(person: User, now: datetime = NOW) -> Sitting:
    """Sit the exam, and hand it in; nothing is right."""
    sitting, _ = exams.open_sitting(person, Exam.objects.get(slug="tiny-exam"), now)
    exams.close_sitting(person, sitting.pk, now + timedelta(minutes=1))
    return Sitting.objects.get(pk=sitting.pk)


def give(sitting: Sitting, score: float) -> None:
    """Have a sitting's points be others, as corrections do."""
    Sitting.objects.filter(pk=sitting.pk).update(score=score)


@pytest.mark.any_database
def test_a_score_arrives_once(lms: Lms, ada: User) -> None:
    assert send_lti_scores() == 0, "there is none yet"
    sitting = sit(ada)
    give(sitting, 1.5)
    assert send_lti_scores() == 1
    assert [send_lti_scores() for _ in range(3)] == [0, 0, 0]
    assert (lms.arrived, lms.posts) == ([1.5], 1)
    told = lms.gradebook["ada"]
    assert (told["scoreMaximum"], told["gradingProgress"]) == (sitting.max_score, "FullyGraded")


@pytest.mark.any_database
def test_a_score_counts_once_where_its_answer_is_lost(lms: Lms, ada: User) -> None:
    give(sit(ada), 1)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        lms.loses_answers = True
        assert send_lti_scores() == 0
        lms.loses_answers = False
        clock.shift(10)
        assert send_lti_scores() == 0, "the platform has it"
        assert LtiScore.objects.get().outgoing is None
    assert (lms.arrived, lms.posts) == ([1], 2)


@pytest.mark.any_database
def test_what_may_have_arrived_is_taken_back_though_nothing_else_was_told(lms: Lms, ada: User) -> None:
    give(sitting := sit(ada), 1)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        lms.loses_answers = True
        send_lti_scores()
        lms.loses_answers = False
        Sitting.objects.filter(pk=sitting.pk).update(voided_at=NOW)
        clock.shift(10)
        send_lti_scores()
    assert lms.arrived == [1, None]


def test_of_two_workers_one_sends(lms: Lms, ada: User) -> None:
    give(sit(ada), 1)
    first, second = [next(scores._list_due(timezone.now(), set())) for _ in range(2)]
    assert scores._lease(*first, NOW)
    assert not scores._lease(*second, NOW)


@pytest.mark.any_database
def test_the_newest_score_stays(lms: Lms, ada: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint["counts"] = "last"
    exam.save()
    with time_machine.travel(timezone.now(), tick=False):  # however close they follow
        first = sit(ada)
        give(first, 1)
        send_lti_scores()
        give(first, 2)
        send_lti_scores()
        second = sit(ada, NOW + timedelta(hours=1))
        give(second, 0.5)
        send_lti_scores()
        Sitting.objects.filter(pk=second.pk).update(voided_at=NOW)
        send_lti_scores()
        Sitting.objects.update(voided_at=NOW)
        send_lti_scores()
    assert lms.arrived == [1, 2, 0.5, 2, None]
    assert lms.gradebook["ada"]["gradingProgress"] == "NotReady"


@pytest.mark.any_database
def test_the_score_is_that_of_the_gradebook(lms: Lms, ada: User) -> None:
    give(sit(ada), 2)
    give(sit(ada, NOW + timedelta(hours=1)), 1)
    send_lti_scores()
    assert lms.arrived == [2], "the best counts, where nobody says otherwise"


def test_a_platform_that_is_down_is_waited_for_once_in_a_sweep(
    lms: Lms, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(sit(ada), 1)
    score = LtiScore.objects.get()
    score.pk, score.line_item = None, f"{score.line_item}&another"
    score.save()
    calls: list[object] = []

    def fetch_token(platform: LtiPlatform, scope: str, now: datetime) -> str:
        calls.append(platform)
        return calling.fetch_token(platform, scope, now)

    lms.is_down = True
    monkeypatch.setattr(scores, "fetch_token", fetch_token)
    assert send_lti_scores() == 0
    assert len(calls) == 1


def test_only_what_changed_is_compared(
    lms: Lms, ada: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """However many terms were before."""
    give(sitting := sit(ada), 1)
    score, exam = LtiScore.objects.get(), Exam.objects.get(slug="tiny-exam")
    others = [User(username=f"u{number}") for number in range(9)]
    old = [LtiScore(platform=score.platform, user=each, exam=exam, line_item=score.line_item) for each in others]
    User.objects.bulk_create(others)
    LtiScore.objects.bulk_create(old)
    compared: list[int] = []
    load = scores._load_attempts

    def load_attempts(rows: Any) -> Any:
        compared.extend(row.user_id for row in rows)
        return load(rows)

    monkeypatch.setattr(scores, "_load_attempts", load_attempts)
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def later(minutes: int) -> list[int]:
            compared.clear()
            clock.shift(timedelta(minutes=minutes))
            send_lti_scores()
            return sorted(set(compared))

        assert later(0) == sorted([ada.pk, *(each.pk for each in others)]), "each once, when it is new"
        later(11)
        assert later(11) == [], "all of it was made long before"
        with django_assert_num_queries(5):
            assert later(0) == []
        give(sitting, 2)
        assert later(1) == [ada.pk]
        exam.save()
        assert len(later(11)) == 10, "it may count another sitting now"
        LtiPlatform.objects.update(is_active=False)
        give(sitting, 1)
        assert later(60) == []
        LtiPlatform.objects.update(is_active=True)
        assert ada.pk in later(60), "it was not sent while the platform was off"
    assert lms.arrived == [1, 2, 1]


def test_what_is_not_told_or_not_marked_is_not_sent(lms: Lms, ada: User) -> None:
    sitting = sit(ada)
    give(sitting, 0.25)
    Sitting.objects.update(released_at=None)
    assert send_lti_scores() == 0
    Sitting.objects.update(released_at=NOW)
    Slot.objects.filter(sitting=sitting, number=1).update(waits=True)
    send_lti_scores()
    assert lms.gradebook["ada"]["gradingProgress"] == "PendingManual"
    Slot.objects.update(waits=False)
    send_lti_scores()
    assert lms.arrived == [None, 0.25]


@pytest.mark.any_database
def test_a_sitting_that_staff_let_not_count_is_taken_back(lms: Lms, ada: User) -> None:
    give(sitting := sit(ada), 1)
    send_lti_scores()
    staff = User.objects.create_user("ina", is_staff=True)
    order = mending.Order(SittingAct.Kind.VOID, uuid.uuid4(), why="The fire alarm.")
    mending.mend(sitting.pk, order, staff, NOW + timedelta(hours=1))
    send_lti_scores()
    assert lms.arrived == [1, None]


def test_scores_go_below_a_columns_path() -> None:
    assert scores.scores_url("https://lms.example/a/5/lineitem?type_id=1") == (
        "https://lms.example/a/5/lineitem/scores?type_id=1"
    )


def choose(client: Client, page: str, choice: str) -> Any:
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]
    return client.post("/lti/choose/", {"ticket": ticket, "choice": choice})


@pytest.mark.any_database
def test_a_teacher_places_an_exam(lms: Lms) -> None:
    """In a frame, and with no cookie kept."""
    form = lms.launch(Client(), role=TEACHER, chooses=True)
    client = Client()
    shown = client.post("/lti/launch/", {"id_token": form["id_token"], "state": form["state"]})
    page = shown.content.decode()
    assert "frame-ancestors *" in shown["Content-Security-Policy"]
    assert "X-Frame-Options" not in shown
    assert "_auth_user_id" not in client.session

    placed = choose(client, page, "tiny/exam/tiny-exam")

    assert "form-action https://lms.example" in placed["Content-Security-Policy"]
    assert f'action="{RETURN}"' in placed.content.decode()
    token = placed.content.decode().partition('name="JWT" value="')[2].partition('"')[0]
    lms.configuration.get_registration().set_tool_key_set(client.get("/lti/keys/").json())
    (item,) = lms.configuration.validate_deeplinking_resp({"JWT": token})
    assert item["custom"] == EXAM
    assert item["lineItem"]["resourceId"] == "tiny/exam/tiny-exam", "slugs are unique within a course alone"
    assert jwt.decode(token, options={"verify_signature": False})[f"{DL}data"] == {"their": "own"}
    assert lms.come(Client(), custom=item["custom"])["Location"] == "/courses/tiny/exams/tiny-exam/"


def test_a_student_places_nothing_and_nobody_else_does(lms: Lms) -> None:
    assert lms.come(Client(), role=LEARNER, chooses=True).status_code == 403
    assert Client().post("/lti/choose/", {"ticket": "forged", "choice": "tiny/exam/tiny-exam"}).status_code == 403
    page = lms.come(Client(), role=TEACHER, chooses=True).content.decode()
    assert choose(Client(), page, "other/exam/other").status_code == 403
    evil = {f"{DL}deep_linking_settings": {"deep_link_return_url": "http://evil/", "accept_types": ["ltiResourceLink"]}}
    form = lms.launch(client := Client(), role=TEACHER, chooses=True)
    claims = jwt.decode(form["id_token"], options={"verify_signature": False}) | evil
    form["id_token"] = lms.configuration.get_registration().platform_encode_and_sign(claims)
    assert client.post("/lti/launch/", form).status_code == 403


def test_the_people_of_a_course_come(lms: Lms, ada: User) -> None:
    lms.people = [
        {"user_id": "ada", "roles": [LEARNER]},
        {"user_id": "bob", "roles": ["Learner"], "given_name": "Bob", "status": "Active"},
        {"user_id": "gone", "roles": [LEARNER], "status": "Inactive"},
        {"user_id": "ina", "roles": [TEACHER]},
        {"user_id": "tom", "roles": ["Instructor"]},
    ]
    context = LtiContext.objects.select_related("platform", "course").get()
    assert context.memberships_url == MEMBERSHIPS
    assert [roster.fetch_people(context, timezone.now()) for _ in range(2)] == [2, 2]
    names = Enrolment.objects.order_by("student__username").values_list("student__username", flat=True)
    assert list(names) == sorted([ada.username, "Bob"])
    assert {each.section.name for each in Enrolment.objects.all() if each.section} == {"Machine learning"}
    assert LtiContext.objects.get().report == "2 students"


def test_people_are_fetched_at_night_and_who_was_moved_stays_there(lms: Lms, ada: User) -> None:
    Enrolment.objects.update(section=None)
    lms.people = [{"user_id": "ada", "roles": [LEARNER]}, {"user_id": "bob", "roles": [LEARNER]}]
    fetch_lti_people()
    assert [each.section and each.section.name for each in Enrolment.objects.order_by("pk")] == [
        None,
        "Machine learning",
    ]
    assert Section.objects.count() == 1
    lms.is_down = True
    fetch_lti_people(LtiContext.objects.get().pk)
    assert LtiContext.objects.get().report == "failed: ConnectionError"


def test_keys_are_renewed_and_known_before_they_sign(lms: Lms) -> None:
    def names() -> list[str]:
        return [key["kid"] for key in Client().get("/lti/keys/").json()["keys"]]

    def signs(at: datetime) -> str:
        return str(jwt.get_unverified_header(keys.sign({}, at))["kid"])

    with time_machine.travel(NOW, tick=False) as clock:
        rotate_lti_keys()
        (first,) = names()
        assert signs(NOW) == first
        clock.shift(timedelta(days=90))
        rotate_lti_keys()
        _, second = names()
        assert signs(NOW + timedelta(days=90)) == first
        assert signs(NOW + timedelta(days=91)) == second
        clock.shift(timedelta(days=30))
        rotate_lti_keys()
        assert names() == [first, second]
        clock.shift(timedelta(days=2))
        rotate_lti_keys()
        assert names() == [second]
    assert "PRIVATE" not in Client().get("/lti/keys/").content.decode()


def test_without_platforms_there_are_no_keys(db: None) -> None:
    rotate_lti_keys()
    assert not LtiKey.objects.exists()
    assert Client().get("/lti/keys/").json() == {"keys": []}


@pytest.mark.any_database
def test_a_platforms_keys_are_fetched_again_for_a_new_one_and_not_for_every_guess(
    lms: Lms, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    platform = LtiPlatform.objects.get()
    cache.clear()
    lms.configuration.get_registration()
    first = lms.configuration.get_jwks

    def get_jwks() -> Any:
        fetched.append(uuid.uuid4().hex)
        return first()

    monkeypatch.setattr(lms.configuration, "get_jwks", get_jwks)
    for _ in range(5):
        with pytest.raises(calling.PlatformError):
            calling.find_key(platform, "guessed")
    assert len(fetched) == 2


def test_superusers_see_what_is_sent_and_have_people_fetched(
    lms: Lms, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[object] = []
    monkeypatch.setattr(publisher, "publish", lambda *facts: published.append(facts))
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    context = LtiContext.objects.get()
    form = {"action": "fetch_people", "_selected_action": [str(context.pk)]}
    assert root.post("/admin/examprep/lticontext/", form).status_code == 302
    assert published == [("examprep.tasks.fetch_lti_people", context.pk)]
    assert ada.username in root.get("/admin/examprep/ltiscore/").content.decode()
    page = root.get(f"/admin/examprep/ltiplatform/{LtiPlatform.objects.get().pk}/change/").content.decode()
    assert "http://testserver/lti/keys/" in page
    assert "PRIVATE" not in page
