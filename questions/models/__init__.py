"""What is stored of what can be asked: courses and lessons, the concept graph, and the bank of versioned items."""

from questions.models.author import Author
from questions.models.concepts import Concept, ConceptEdge, ConceptReferences
from questions.models.courses import Course, Lesson
from questions.models.items import Finding, Item, ItemConcept, ItemQuerySet, ItemVersion, VersionConcept
from questions.models.pictures import Picture

__all__ = [
    "Author",
    "Concept",
    "ConceptEdge",
    "ConceptReferences",
    "Course",
    "Finding",
    "Item",
    "ItemConcept",
    "ItemQuerySet",
    "ItemVersion",
    "Lesson",
    "Picture",
    "VersionConcept",
]
