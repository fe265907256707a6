"""A roster comes into a course: invitations, sections, extra time; and nothing where it comes again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes import tasks
from quizzes.courses import invitations, roster
from quizzes.courses.students import remove_students
from quizzes.models import Card, Enrolment, Invitation, Section

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LIST = "name,email,section,extra time\nEve,eve@example.org,Monday,25\nAda L,ada@example.org,Friday,\n"


@pytest.fixture
def ada(student: User) -> User:
    student.email = "Ada@example.org"
    student.save()
    return student


@pytest.fixture
def owner(course: Course) -> User:
    user = User.objects.create_user("owner", email="owner@example.org")
    roles.set_role(user, course, roles.Role.OWNER)
    return user


@pytest.fixture
def web(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def apply(course: Course, text: str, *, remove: bool = False) -> roster.Comparison:
    read = roster.read_roster(text.encode())
    return roster.apply_roster(course, read, None, timezone.now(), removes_unlisted=remove).comparison


def link_of(email: str) -> str:
    return invitations.make_link(Invitation.objects.get(email=email)).removeprefix("http://127.0.0.1:8000")


def test_a_list_invites_moves_and_gives_time_and_changes_nothing_again(ada: User, course: Course) -> None:
    apply(course, LIST)
    eve = Invitation.objects.get(email="eve@example.org")
    assert (eve.name, str(eve.section), eve.extra_time_percent, eve.student) == ("Eve", "Monday", 25, None)
    assert str(Enrolment.objects.get(student=ada).section) == "Friday"
    before = list(Invitation.objects.values()), list(Enrolment.objects.values()), list(Section.objects.values())
    assert apply(course, LIST).changes_nothing
    after = list(Invitation.objects.values()), list(Enrolment.objects.values()), list(Section.objects.values())
    assert after == before
    assert not User.objects.filter(email__iexact="eve@example.org").exists()


def test_a_faulty_list_changes_nothing(ada: User, course: Course) -> None:
    assert apply(course, LIST + "x,nobody,,\n", remove=True).faults
    assert not Invitation.objects.exists()
    assert Enrolment.objects.filter(student=ada).exists()


def test_who_is_removed_keeps_what_they_did_and_has_it_again(ada: User, course: Course) -> None:
    cards = set(Card.objects.filter(student=ada).values_list("pk", flat=True))
    apply(course, "email\neve@example.org\n", remove=True)
    assert not Enrolment.objects.filter(student=ada).exists()
    apply(course, "email\nada@example.org\n", remove=True)
    assert [each.email for each in Invitation.objects.all()] == ["ada@example.org"]
    invitations.accept(link_of("ada@example.org").split("/")[-2], ada, timezone.now())
    assert set(Card.objects.filter(student=ada).values_list("pk", flat=True)) == cards


def test_a_link_lets_one_person_in_with_section_and_time(ada: User, course: Course, client: Client) -> None:
    apply(course, LIST)
    address = link_of("eve@example.org")
    visitor = client.get(address).content.decode()
    assert course.title in visitor
    assert "/accounts/signup/?next=%2Finvitations%2F" in visitor
    assert client.post(address).status_code == 200
    eve = User.objects.create_user("eve", email="other@example.org")
    client.force_login(eve)
    for _ in range(2):
        assert client.post(address).status_code == 302
    enrolment = Enrolment.objects.get(student=eve)
    assert (str(enrolment.section), enrolment.extra_time_percent) == ("Monday", 25)
    client.force_login(User.objects.create_user("mallory"))
    assert client.post(address).status_code == 410
    assert not Enrolment.objects.filter(student__username="mallory").exists()
    assert apply(course, LIST).changes_nothing


@pytest.mark.any_database
@pytest.mark.parametrize("how", ["over", "withdrawn", "renewed", "forged", "closed"])
def test_a_link_that_is_over_lets_nobody_in(ada: User, course: Course, client: Client, how: str) -> None:
    apply(course, LIST)
    address = link_of("eve@example.org")
    invitation = Invitation.objects.get(email="eve@example.org")
    if how == "over":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "withdrawn":
        invitation.delete()
    elif how == "renewed":
        invitations.renew([invitation], timezone.now())
    elif how == "forged":
        address = address[:-3] + ("aa/" if address[-3:] != "aa/" else "bb/")
    else:
        Course.objects.update(state=Course.State.CLOSED)
    client.force_login(User.objects.create_user("eve"))
    assert client.post(address).status_code == (410 if how == "closed" else 404)
    assert not Enrolment.objects.filter(student__username="eve").exists()


def test_mails_go_once_and_can_go_again(course: Course) -> None:
    apply(course, "name,email\nEve,eve@example.org\nBob,bob@example.org\n")
    for _ in range(2):
        tasks.send_invitations()
    assert sorted(message.to[0] for message in mail.outbox) == ["bob@example.org", "eve@example.org"]
    assert link_of("bob@example.org") in next(each.body for each in mail.outbox if each.to == ["bob@example.org"])
    invitations.renew([Invitation.objects.get(email="bob@example.org")], timezone.now())
    tasks.send_invitations()
    assert [message.to for message in mail.outbox[2:]] == [["bob@example.org"]]


@pytest.mark.any_database
def test_a_mail_server_that_is_away_loses_nothing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(course, "email\neve@example.org\n")

    def refuse(self: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
        tasks.send_invitations()
    assert Invitation.objects.get().sent_at is None
    tasks.send_invitations()
    assert len(mail.outbox) == 1


@pytest.mark.any_database
def test_staff_see_first_what_a_list_does_and_then_do_it(ada: User, course: Course, web: Client) -> None:
    address = f"/courses/{course.slug}/people/roster/list/"
    page = web.post(address, {"list": LIST})
    assert not Invitation.objects.exists()
    shown = page.context["shown"]
    assert "eve@example.org" in page.content.decode()
    Section.objects.create(course=course, name="monday")
    changed = web.post(address, {"list": page.context["list"], "shown": shown, "apply": "1"})
    assert changed.status_code == 200
    assert not Invitation.objects.exists()
    done = web.post(address, {"list": LIST, "shown": changed.context["shown"], "apply": "1"}, follow=True)
    assert "1 invited, 1 changed." in done.content.decode()
    assert "eve@example.org" in done.content.decode()
    faulty = web.post(address, {"list": "email\nnobody\n"})
    assert faulty.status_code == 422
    assert "Line 2" in faulty.content.decode()


@pytest.mark.any_database
def test_the_file_that_goes_out_comes_in_again(ada: User, course: Course, web: Client) -> None:
    apply(course, LIST)
    file = web.get(f"/courses/{course.slug}/people/roster.csv").getvalue()
    assert roster.compare_roster(course, roster.read_roster(file), removes_unlisted=True).changes_nothing
    assert link_of("eve@example.org") in web.get(f"/courses/{course.slug}/people/roster/links.csv").getvalue().decode()


def test_one_student_is_moved_given_time_and_removed(ada: User, course: Course, web: Client) -> None:
    apply(course, LIST)
    section = Section.objects.get(name="Monday")
    enrolment, invitation = Enrolment.objects.get(student=ada), Invitation.objects.get(email="eve@example.org")
    for seat in (enrolment, invitation):
        address = f"/courses/{course.slug}/people/roster/{seat.pk}/"
        saved = web.post(f"{address}?who=&page=2", {"section": section.pk, "extra_time": "50", "save": "1"})
        assert saved["Location"].endswith("/roster/?who=&page=2"), "back to where one was in the list"
        seat.refresh_from_db()
        assert (seat.section, seat.extra_time_percent) == (section, 50)
        assert web.post(address, {"remove": "1"}).status_code == 302
        with pytest.raises(type(seat).DoesNotExist):
            seat.refresh_from_db()
        assert web.post(address, {"remove": "1"}).status_code == 404


@pytest.mark.any_database
def test_nobody_else_reads_or_changes_a_roster(ada: User, course: Course, owner: User) -> None:
    other = Course.objects.create(slug="other", title="Other")
    assistant, author = User.objects.create_user("assistant"), User.objects.create_user("author")
    roles.set_role(assistant, other, roles.Role.OWNER)
    roles.set_role(assistant, course, roles.Role.ASSISTANT)
    roles.set_role(author, course, roles.Role.AUTHOR)
    for user in (ada, assistant, author):
        client = Client()
        client.force_login(user)
        for end in (".csv", "/", "/list/", "/links.csv"):
            assert client.get(f"/courses/{course.slug}/people/roster{end}").status_code == 404
        assert client.post(f"/courses/{course.slug}/people/roster/list/", {"list": LIST}).status_code == 404
        enrolment = Enrolment.objects.get(student=ada)
        address = f"/courses/{course.slug}/people/roster/{enrolment.pk}/"
        assert client.post(address, {"remove": "1"}).status_code == 404
    client.force_login(owner)
    assert client.post(f"/courses/{course.slug}/people/roster/0/", {"remove": "1"}).status_code == 404


@pytest.mark.any_database
def test_the_command_tries_and_applies(
    ada: User, course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    call_command("import_roster", course.slug, str(file))
    assert "1 invited, 1 changed" in capsys.readouterr().out
    assert not Invitation.objects.exists()
    call_command("import_roster", course.slug, str(file), "--apply")
    assert Invitation.objects.count() == 2
    file.write_text("email\nnobody\n")
    with pytest.raises(CommandError, match="Line 2, Email"):
        call_command("import_roster", course.slug, str(file), "--apply")


@pytest.mark.any_database
def test_removing_twice_is_once(ada: User) -> None:
    enrolment = Enrolment.objects.get(student=ada)
    remove_students([enrolment], NOW + timedelta(hours=1))
    assert not Enrolment.objects.filter(student=ada).exists()
