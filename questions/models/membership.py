"""Who runs a course: its staff, each with a role. Who studies it is enrolled, and nothing of that is here."""

from django.conf import settings
from django.db import models

from questions.models.courses import Course


class Membership(models.Model):
    """Somebody's role in a course. What each role may do stands in `questions.roles`."""

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        AUTHOR = "author", "Author"
        ASSISTANT = "assistant", "Assistant"
        OBSERVER = "observer", "Observer"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "course"], name="one_role_a_course")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.course}"
