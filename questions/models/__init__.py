"""What is stored of what can be asked: courses and lessons, the concept graph, and the bank of versioned items."""

from questions.models.acts import StaffAct
from questions.models.author import Author
from questions.models.concepts import Concept, ConceptEdge, ConceptReferences
from questions.models.corrections import Correction
from questions.models.courses import Course, Lesson, LessonVersion
from questions.models.imports import Import, ImportedItem, ImportQuestion
from questions.models.items import (
    AcceptedHint,
    Finding,
    Item,
    ItemConcept,
    ItemEnemy,
    ItemQuerySet,
    ItemVersion,
    VersionConcept,
    outside_pools,
)
from questions.models.membership import Membership
from questions.models.pictures import Picture

__all__ = [
    "AcceptedHint",
    "Author",
    "Concept",
    "ConceptEdge",
    "ConceptReferences",
    "Correction",
    "Course",
    "Finding",
    "Import",
    "ImportQuestion",
    "ImportedItem",
    "Item",
    "ItemConcept",
    "ItemEnemy",
    "ItemQuerySet",
    "ItemVersion",
    "Lesson",
    "LessonVersion",
    "Membership",
    "Picture",
    "StaffAct",
    "VersionConcept",
    "outside_pools",
]
