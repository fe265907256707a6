"""The people of a course: roles given and taken, the page of who is in it, the link and its QR code."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course, Membership, StaffAct
from quizzes.courses import roster
from quizzes.courses.qr_codes import MARGIN, draw_qr_code

PAGE = "/courses/tiny/people/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def roles_in(course: Course) -> dict[str, str]:
    return dict(Membership.objects.filter(course=course).values_list("user__username", "role"))


def test_owners_give_change_and_take_roles(course: Course, student: User, instructor: Client) -> None:
    guest = User.objects.create_user("guest", email="guest@example.org")
    for person, role, after in (
        ("guest", "assistant", "assistant"),
        ("guest", "nonsense", "assistant"),
        ("nobody", "owner", None),
        ("guest@example.org", "owner", "assistant"),  # an address that is not confirmed says nothing
        ("guest", "observer", "observer"),
    ):
        instructor.post(f"{PAGE}roles/", {"person": person, "role": role})
        assert roles_in(course).get("guest") == after or person == "nobody"
    assert roles_in(course) == {"ina": "owner", "guest": "observer"}
    assert User.objects.get(pk=guest.pk).is_staff
    row = Membership.objects.get(user=guest)
    instructor.post(f"{PAGE}roles/{row.pk}/", {"role": "author", "save": "1"})
    assert roles_in(course)["guest"] == "author"
    assert client_of(guest).post(f"{PAGE}roles/", {"person": "guest", "role": "owner"}).status_code == 404
    instructor.post(f"{PAGE}roles/{row.pk}/", {"remove": "1"})
    assert roles_in(course) == {"ina": "owner"}
    assert not User.objects.get(pk=guest.pk).is_staff
    assert StaffAct.objects.filter(model="questions.membership", about=guest).count() >= 3
    own = Membership.objects.get()
    for form in ({"remove": "1"}, {"role": "observer"}):
        page = instructor.post(f"{PAGE}roles/{own.pk}/", form, follow=True).content.decode()
        assert "only owner" in page
    assert roles_in(course) == {"ina": "owner"}
    assert instructor.post(f"{PAGE}roles/999/", {"remove": "1"}).status_code == 404


@pytest.mark.any_database
@pytest.mark.parametrize(("role", "sees"), [("author", False), ("assistant", True), ("observer", True), (None, False)])
def test_staff_who_see_students_see_people_and_owners_alone_change_them(
    course: Course, student: User, instructor: Client, role: str | None, sees: bool
) -> None:
    person = User.objects.create_user("staff")
    if role:
        roles.set_role(person, course, role)
    web = client_of(person)
    page = web.get(PAGE)
    assert page.status_code == (200 if sees else 404)
    assert "roles/" not in page.content.decode()
    changing = [web.get(f"{PAGE}access/"), web.post(f"{PAGE}access/", {"renew": "1"}), web.post(f"{PAGE}roles/1/")]
    assert {each.status_code for each in changing} == {404}
    assert client_of(student).get(PAGE).status_code == 404


def test_the_page_counts_students_by_section_and_invitations(course: Course, student: User, instructor: Client) -> None:
    lines = b"name,email,section\nEve,eve@example.org,Monday\nBob,bob@example.org,Monday\n"
    roster.apply_roster(course, roster.read_roster(lines), None, timezone.now())
    page = " ".join(re.sub(r"<[^>]*>", " ", instructor.get(PAGE).content.decode()).split())
    assert "In no section 1 student" in page
    assert "2 invitations wait for an answer." in page
    listed = instructor.get(f"{PAGE}roster/?who=invited").content.decode()
    assert ("eve@example.org" in listed, "ada" in listed) == (True, False)


@pytest.mark.any_database
def test_access_says_what_follows_and_gives_link_and_qr_code(course: Course, instructor: Client) -> None:
    assert "<svg" not in instructor.get(f"{PAGE}access/").content.decode().split('id="main"')[1], "it has no code yet"
    form = {"state": "open", "visible_to": "people", "joining": "code"}
    instructor.post(f"{PAGE}access/", form)
    course.refresh_from_db()
    assert (course.state, course.visible_to, course.joining) == ("open", "people", "code")
    page = instructor.get(f"{PAGE}access/").content.decode()
    assert f"{settings.SITE_URL}/join/{course.join_code}/" in page
    assert 'class="qr"' in page
    assert instructor.post(f"{PAGE}access/", {**form, "state": "nonsense"}).status_code == 422
    instructor.post(f"{PAGE}access/", {**form, "state": "closed"})
    assert 'class="qr"' not in instructor.get(f"{PAGE}access/").content.decode()


def test_a_qr_code_has_its_three_corners_and_a_light_margin() -> None:
    drawn = draw_qr_code("https://example.org/join/BCDFGHJK/", 'A "label"')
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1", drawn)}
    size = int(re.findall(r'viewBox="0 0 (\d+)', drawn)[0])
    assert min(map(min, dark)) == MARGIN
    far = size - MARGIN - 7
    for left, top in ((MARGIN, MARGIN), (far, MARGIN), (MARGIN, far)):
        ring = {(left + x, top + y) for x in range(7) for y in range(7) if {x, y} & {0, 6}}
        assert ring <= dark
    assert "&quot;label&quot;" in drawn
