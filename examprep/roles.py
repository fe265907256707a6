"""What instructors may do in the admin."""

from django.contrib.auth.models import Group, Permission

AUTHORING = ("course", "lesson", "concept", "conceptedge", "item", "itemconcept", "picture", "exam")
READING = (
    "itemversion",
    "correction",
    "finding",
    "enrolment",
    "card",
    "reviewevent",
    "sitting",
    "sittingact",
    "slotmark",
    "review",
    "dailyplan",
    "presentation",
    "questionreport",
    "memoryfit",
)


def make_instructors_group() -> Group:
    """Return the group of instructors, with its permissions as they are now: to write courses and read results."""
    group, _ = Group.objects.get_or_create(name="Instructors")
    ours = Permission.objects.filter(content_type__app_label__in=("questions", "quizzes"))
    authoring = ours.filter(content_type__model__in=AUTHORING)
    reading = ours.filter(content_type__model__in=READING, codename__startswith="view_")
    # Extra time in exams is theirs to give, and sittings are theirs to mend.
    helping = ours.filter(codename__in=("change_enrolment", "change_sitting"))
    group.permissions.set(authoring | reading | helping)
    return group
