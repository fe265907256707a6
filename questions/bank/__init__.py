"""The bank: items are drafted, published and retired here, audited every night, and whole courses are loaded.

Everybody comes in by the same door: the admin, the loader and every importer end in `save_draft` and `publish`. What
the bank refuses it refuses with a BankError, which says what has to be mended, and where.
"""

from questions.bank.answers import is_answer_elsewhere
from questions.bank.audits import AUDIT_SEEDS, audit_published, has_variants, record_findings
from questions.bank.bodies import validate_body
from questions.bank.comparison import Change, Outcome, Record, decide, differences, digest, match, without_blanks
from questions.bank.documents import SLUG, SLUG_RULE, ItemDocument, is_slug, item_schema
from questions.bank.edits import connect, validate_concept, validate_lesson
from questions.bank.exporting import ExportReport, export_course
from questions.bank.items import follow_concept, next_identity, publish, reissue_items, rename_item, retire, save_draft
from questions.bank.loading import CourseReport, load_course
from questions.bank.locks import lock_course, lock_courses
from questions.bank.pictures import read_picture, store_pictures
from questions.bank.practice import practice_of
from questions.bank.problems import BankError, Problem, problems_of

__all__ = [
    "AUDIT_SEEDS",
    "SLUG",
    "SLUG_RULE",
    "BankError",
    "Change",
    "CourseReport",
    "ExportReport",
    "ItemDocument",
    "Outcome",
    "Problem",
    "Record",
    "audit_published",
    "connect",
    "decide",
    "differences",
    "digest",
    "export_course",
    "follow_concept",
    "has_variants",
    "is_answer_elsewhere",
    "is_slug",
    "item_schema",
    "load_course",
    "lock_course",
    "lock_courses",
    "match",
    "next_identity",
    "practice_of",
    "problems_of",
    "publish",
    "read_picture",
    "record_findings",
    "reissue_items",
    "rename_item",
    "retire",
    "save_draft",
    "store_pictures",
    "validate_body",
    "validate_concept",
    "validate_lesson",
    "without_blanks",
]
