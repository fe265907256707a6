"""Authoring: courses, lessons, the concept graph and the bank, in Django's admin."""

from questions.admin import acts, courses, imports, items, lessons, pictures

__all__ = ["acts", "courses", "imports", "items", "lessons", "pictures"]
