"""Who may found courses. What one may do in a course goes by one's role in it (`questions.roles`)."""

from django.contrib.auth.models import Group, Permission


def make_instructors_group() -> Group:
    """Return the group of instructors: its people enter the admin, and own the courses that they found there."""
    group, _ = Group.objects.get_or_create(name="Instructors")
    group.permissions.set(Permission.objects.filter(content_type__app_label="questions", codename="add_course"))
    return group
