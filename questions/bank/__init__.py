"""The bank: items are drafted, published and retired here, audited every night, and whole courses are loaded.

Everybody comes in by the same door: the admin, the loader and every importer end in `save_draft` and `publish`. What
the bank refuses it refuses with a BankError, which says what has to be mended, and where.
"""

from questions.bank.answers import is_answer_elsewhere
from questions.bank.audits import AUDIT_SEEDS, audit_published, has_variants, record_findings
from questions.bank.bodies import validate_body
from questions.bank.bulk import (
    BulkReport,
    How,
    ItemChange,
    change_items,
    duplicate_item,
    list_offering,
    restore_version,
)
from questions.bank.comparison import Change, Outcome, Record, decide, differences, digest, match, without_blanks
from questions.bank.corrections import (
    Rules,
    check_correction,
    forget_rules,
    list_corrections,
    reversal_of,
    rules_of,
    write_correction,
)
from questions.bank.documents import POOL_RULE, PRACTICE, SLUG, SLUG_RULE, ExamUse, ItemDocument, is_slug, item_schema
from questions.bank.drafts import save_draft
from questions.bank.edits import connect, validate_concept, validate_lesson
from questions.bank.exporting import ExportReport, export_course
from questions.bank.exports import export_questions, leaving_questions, stream_questions
from questions.bank.guessing import guess_format
from questions.bank.imports import Fate, ImportLine, ImportReport, import_questions, list_to_mend
from questions.bank.items import (
    follow_concept,
    list_forgotten,
    next_identity,
    publish,
    reissue_items,
    release_from_pool,
    rename_item,
    retire,
    set_exam_use,
)
from questions.bank.lessons import (
    check_content,
    content_of,
    draft_of,
    keep_lesson_version,
    publish_lesson,
    restore_lesson,
    save_lesson_draft,
    with_content,
)
from questions.bank.loading import CourseReport, load_course
from questions.bank.locks import lock_course, lock_courses
from questions.bank.pictures import read_picture, store_pictures
from questions.bank.practice import practice_of
from questions.bank.problems import BankError, Problem, problems_of
from questions.bank.slugs import propose_slug
from questions.bank.taught import list_taught_sections, place_concepts, rename_in_lessons
from questions.bank.telling import HintOfItems, accept_hint, list_hints, make_enemies
from questions.bank.undoing import UndoReport, undo_import
from questions.bank.uploads import (
    CHOOSABLE,
    KEPT,
    MOST_BYTES,
    begin_import,
    begin_undo,
    chosen_concepts,
    discard,
    forget_old_uploads,
    guess_concepts,
    report_of,
    try_again,
    upload,
    work_on_imports,
)
from questions.bank.worked import has_steps, list_with_steps

__all__ = [
    "AUDIT_SEEDS",
    "CHOOSABLE",
    "KEPT",
    "MOST_BYTES",
    "POOL_RULE",
    "PRACTICE",
    "SLUG",
    "SLUG_RULE",
    "BankError",
    "BulkReport",
    "Change",
    "CourseReport",
    "ExamUse",
    "ExportReport",
    "Fate",
    "HintOfItems",
    "How",
    "ImportLine",
    "ImportReport",
    "ItemChange",
    "ItemDocument",
    "Outcome",
    "Problem",
    "Record",
    "Rules",
    "UndoReport",
    "accept_hint",
    "audit_published",
    "begin_import",
    "begin_undo",
    "change_items",
    "check_content",
    "check_correction",
    "chosen_concepts",
    "connect",
    "content_of",
    "decide",
    "differences",
    "digest",
    "discard",
    "draft_of",
    "duplicate_item",
    "export_course",
    "export_questions",
    "follow_concept",
    "forget_old_uploads",
    "forget_rules",
    "guess_concepts",
    "guess_format",
    "has_steps",
    "has_variants",
    "import_questions",
    "is_answer_elsewhere",
    "is_slug",
    "item_schema",
    "keep_lesson_version",
    "leaving_questions",
    "list_corrections",
    "list_forgotten",
    "list_hints",
    "list_offering",
    "list_taught_sections",
    "list_to_mend",
    "list_with_steps",
    "load_course",
    "lock_course",
    "lock_courses",
    "make_enemies",
    "match",
    "next_identity",
    "place_concepts",
    "practice_of",
    "problems_of",
    "propose_slug",
    "publish",
    "publish_lesson",
    "read_picture",
    "record_findings",
    "reissue_items",
    "release_from_pool",
    "rename_in_lessons",
    "rename_item",
    "report_of",
    "restore_lesson",
    "restore_version",
    "retire",
    "reversal_of",
    "rules_of",
    "save_draft",
    "save_lesson_draft",
    "set_exam_use",
    "store_pictures",
    "stream_questions",
    "try_again",
    "undo_import",
    "upload",
    "validate_body",
    "validate_concept",
    "validate_lesson",
    "with_content",
    "without_blanks",
    "work_on_imports",
    "write_correction",
]
