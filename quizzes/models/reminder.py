"""Reminders that were sent, and the browsers that they are pushed to."""

from django.conf import settings
from django.db import models


class Reminder(models.Model):
    """The one reminder that a student may get on a study day: the row is there before the message goes."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sent_reminders")
    date = models.DateField(help_text="The student's study day.")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "date"], name="one_reminder_a_day")]

    def __str__(self) -> str:
        return f"reminder of {self.student} on {self.date}"


class PushSubscription(models.Model):
    """A browser that a student wants reminders in."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    device = models.UUIDField(null=True, blank=True, help_text="Where an app subscribed: its own name of the device.")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "device"], name="one_subscription_a_device")]

    def __str__(self) -> str:
        return f"a browser of {self.student}"
