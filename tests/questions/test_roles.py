"""Who may do what in a course."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission

from examprep.models import User
from examprep.roles import make_instructors_group
from questions import roles
from questions.models import Course, Membership
from questions.roles import Act, Role

MAY = {
    Role.OWNER: set(Act),
    Role.AUTHOR: {Act.READ, Act.WRITE},
    Role.ASSISTANT: {Act.READ, Act.SEE_STUDENTS, Act.MARK},
    Role.OBSERVER: {Act.READ, Act.SEE_STUDENTS},
}


@pytest.fixture
def ours(db: None) -> Course:
    return Course.objects.create(slug="ours", title="Ours")


@pytest.fixture
def theirs(db: None) -> Course:
    return Course.objects.create(slug="theirs", title="Theirs")


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("ina")


@pytest.mark.any_database
@pytest.mark.parametrize("role", Role)
def test_a_role_counts_in_its_course_alone(ours: Course, theirs: Course, person: User, role: Role) -> None:
    roles.set_role(person, ours, role)
    assert {act for act in Act if roles.may(person, act, ours)} == MAY[role]
    assert not any(roles.may(person, act, theirs) for act in Act)
    for act in Act:
        assert list(roles.courses_for(person, act)) == ([ours] if act in MAY[role] else [])
        assert roles.may_anywhere(person, act) == (act in MAY[role])


@pytest.mark.any_database
def test_whoever_has_no_role_may_nothing(ours: Course, person: User) -> None:
    person.is_staff = True
    for user in (person, AnonymousUser()):
        assert not any(roles.may(user, act, ours) or roles.may_anywhere(user, act) for act in Act)
        assert not any(roles.courses_for(user, act).exists() for act in Act)


@pytest.mark.any_database
def test_a_superuser_may_all_unless_the_account_is_closed(ours: Course, person: User) -> None:
    person.is_superuser = True
    assert all(roles.may(person, act, ours.pk) and ours in roles.courses_for(person, act) for act in Act)
    person.is_active = False
    assert not any(roles.may(person, act, ours) or roles.courses_for(person, act).exists() for act in Act)


def test_a_role_makes_staff_and_its_end_unmakes_it(ours: Course, theirs: Course, person: User) -> None:
    roles.set_role(person, ours, Role.AUTHOR)
    roles.set_role(person, theirs, Role.OBSERVER)
    assert User.objects.get(pk=person.pk).is_staff
    assert roles.remove_role(person, ours)
    assert User.objects.get(pk=person.pk).is_staff
    assert roles.remove_role(person, theirs)
    assert not roles.remove_role(person, theirs)
    assert not User.objects.get(pk=person.pk).is_staff


def test_a_course_keeps_an_owner(ours: Course, person: User) -> None:
    roles.set_role(person, ours, Role.OWNER)
    roles.set_role(person, ours, Role.OWNER)
    with pytest.raises(roles.LastOwnerError):
        roles.remove_role(person, ours)
    with pytest.raises(roles.LastOwnerError):
        roles.set_role(person, ours, Role.AUTHOR)
    other = User.objects.create_user("ole")
    roles.set_role(other, ours, Role.OWNER, by=person)
    roles.set_role(person, ours, Role.AUTHOR)
    assert dict(Membership.objects.values_list("user__username", "role")) == {"ina": "author", "ole": "owner"}
    assert Membership.objects.get(user=other).added_by == person


def test_the_group_of_instructors_founds_courses_from_now_on_and_nothing_else(db: None) -> None:
    group = make_instructors_group()
    assert [permission.codename for permission in group.permissions.all()] == ["add_course"]
    group.permissions.set(Permission.objects.filter(content_type__app_label__in=("questions", "quizzes", "auth")))
    migration = importlib.import_module("examprep.migrations.0009_instructors_found_courses")
    migration.found_courses_alone(apps, None)
    left = group.permissions.values_list("content_type__app_label", "codename")
    assert {pair for pair in left if pair[0] != "auth"} == {("questions", "add_course")}
    assert len(left) > 1
