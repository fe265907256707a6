"""Parameters of the memory model that were fitted to a log."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from questions.models import Course


class MemoryFit(models.Model):
    """Parameters fitted to the log of one student, or of all students of a course, judged against those in use."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="fits"
    )
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="fits")
    fitted_at = models.DateTimeField()
    parameters = models.JSONField(help_text="w0 to w20 as fitted.")
    reviews = models.PositiveIntegerField(help_text="Reviews that it was fitted to: the older four fifths.")
    judged_on = models.PositiveIntegerField(help_text="Reviews that it was judged on: the newest fifth.")
    log_loss_before = models.FloatField(help_text="Log loss of the parameters in use, on the newest fifth.")
    log_loss_after = models.FloatField(help_text="Log loss of the fitted parameters, on the same reviews.")
    rmse_before = models.FloatField(help_text="Root mean square of predicted minus observed, over calibration bins.")
    rmse_after = models.FloatField()
    calibration = models.JSONField(
        help_text="[{predicted, observed, n}] of the better parameters, on the newest fifth."
    )
    adopted = models.BooleanField(help_text="Better on the newest fifth, and so put in use.")

    class Meta:
        ordering = ("-fitted_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(student__isnull=False) ^ Q(course__isnull=False), name="a_fit_of_a_student_or_a_course"
            )
        ]
        indexes = [
            models.Index(fields=["student", "-fitted_at"], name="fit_student"),
            models.Index(fields=["course", "-fitted_at"], name="fit_course"),
        ]

    def __str__(self) -> str:
        return f"fit of {self.student or self.course}, {self.fitted_at:%Y-%m-%d}"
