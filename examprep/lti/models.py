"""Platforms, who comes from them, and which scores they have."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from questions.models import Course, Membership
from quizzes.models import Exam

APP = "examprep"
TEACHERS_ROLES = (Membership.Role.AUTHOR, Membership.Role.ASSISTANT, Membership.Role.OBSERVER)
"""The roles that a platform may give: who owns a course is decided here."""


class LtiPlatform(models.Model):
    """A learning platform that may launch what is here: its side of the registration."""

    name = models.CharField(max_length=100)
    issuer = models.CharField(
        max_length=255, help_text="“Platform ID” in Moodle; https://canvas.instructure.com in Canvas."
    )
    client_id = models.CharField(max_length=255)
    deployments = models.TextField(help_text="Deployment IDs, one in a line. Launches of others are refused.")
    login_url = models.URLField(max_length=500, help_text="Where logins are asked for (OIDC authorisation).")
    token_url = models.URLField(max_length=500, help_text="Where access tokens are asked for.")
    keys_url = models.URLField(max_length=500, help_text="Where its public keys are (JWKS).")
    trusts_email = models.BooleanField(
        default=False,
        verbose_name="addresses are confirmed",
        help_text="Somebody whose email address the platform names has the account with that confirmed address. Never "
        "an account of staff.",
    )
    courses = models.ManyToManyField(
        Course, blank=True, related_name="+", help_text="What it may launch; none chosen: every course."
    )
    teachers_role = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        verbose_name="teachers are",
        choices=[("", "nobody in particular"), *((role.value, role.label) for role in TEACHERS_ROLES)],
        help_text="The role that its teachers get in the courses chosen above, where they have none yet. Authors and "
        "assistants read the keys: whoever may place a link to these courses on the platform is trusted with that.",
    )
    is_active = models.BooleanField(default=True)
    compared_to = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        editable=False,
        help_text="What it has is compared with the marks that changed until then.",
    )

    class Meta:
        app_label = APP
        verbose_name = "LTI platform"
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "client_id"], name="one_lti_registration")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse other keys for an issuer that is known: whoever has them could be anybody who comes from there."""
        others = LtiPlatform.objects.filter(issuer=self.issuer).exclude(pk=self.pk)
        if others.exclude(keys_url=self.keys_url).exists():
            raise ValidationError({"keys_url": "This issuer is registered with other keys. They have to be the same."})

    @property
    def deployment_ids(self) -> list[str]:
        """The deployments whose launches are taken."""
        return self.deployments.split()


class LtiAccount(models.Model):
    """Who somebody of a platform is here."""

    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lti_accounts")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = APP
        verbose_name = "LTI account"
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_a_subject")]

    def __str__(self) -> str:
        return f"{self.user} from {self.issuer}"


class LtiContext(models.Model):
    """A course of a platform in which a course of ours is placed."""

    platform = models.ForeignKey(LtiPlatform, on_delete=models.CASCADE, related_name="contexts")
    context_id = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    memberships_url = models.URLField(max_length=1000, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=255, blank=True, help_text="What the last fetching of its people did.")

    class Meta:
        app_label = APP
        verbose_name = "LTI course"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "context_id", "course"], name="one_lti_context")
        ]

    def __str__(self) -> str:
        return f"{self.title or self.context_id} at {self.platform}"


class LtiScore(models.Model):
    """A column of a platform's gradebook for one student's sittings of an exam, and what it was told."""

    platform = models.ForeignKey(LtiPlatform, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="+")
    line_item = models.URLField(max_length=1000)
    told: Any = models.JSONField(null=True, editable=False, help_text="What the platform has, without its time.")
    outgoing: Any = models.JSONField(null=True, editable=False, help_text="What is being sent, with its time.")
    last_time = models.DateTimeField(null=True, editable=False, help_text="Of the newest score that was sent.")
    attempts = models.PositiveIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(
        null=True,
        default=timezone.now,
        editable=False,
        help_text="When it is compared and sent; no other worker sends before. Empty: the platform has it.",
    )
    error = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        app_label = APP
        verbose_name = "LTI score"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "exam", "line_item"], name="one_lti_score")]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="lti_score_unsent")
        ]

    def __str__(self) -> str:
        return f"{self.exam} of {self.user}"


class LtiNonce(models.Model):
    """A launch that was taken, so that it is not taken again."""

    nonce = models.CharField(max_length=64, primary_key=True)
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = APP


class LtiKey(models.Model):
    """A pair of keys of ours."""

    kid = models.CharField(max_length=64, primary_key=True)
    private_pem = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = APP
        ordering = ("made_at",)
