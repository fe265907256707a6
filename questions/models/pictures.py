"""The pictures of a course."""

from django.db import models

from questions.models.courses import Course


class Picture(models.Model):
    """A picture of a course; its bytes lie in Django's storage, under its address, and never change."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="pictures")
    address = models.CharField(max_length=120)

    class Meta:
        ordering = ("address",)
        constraints = (models.UniqueConstraint(fields=("course", "address"), name="picture_once_in_course"),)

    def __str__(self) -> str:
        return self.address
