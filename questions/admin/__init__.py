"""Authoring: courses, lessons, the concept graph and the bank, in Django's admin."""

from questions.admin import courses, items, pictures

__all__ = ["courses", "items", "pictures"]
