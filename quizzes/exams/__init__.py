"""Exams: an exam is begun, sat against the server's clock, closed, and looked back on.

An exam's blueprint says what it asks. Beginning it draws the questions and freezes them in a sitting; answers are saved
slot by slot while the time runs; closing grades them, hands them to the memory model as reviews, and gives a result. A
viva is an exam that goes round by round through the match sets its student knows least. Staff see how the cohort did.
"""

from quizzes.exams.blueprint_checks import check_blueprint, concept_shares, store_names
from quizzes.exams.blueprints import BlueprintError
from quizzes.exams.closing import close_overdue_sittings, close_sitting, event_id, submit_sitting
from quizzes.exams.cohort import (
    CohortResults,
    SittingScope,
    StudentScore,
    cohort_results,
    student_scores,
)
from quizzes.exams.confusions import load_confusions
from quizzes.exams.deadlines import extend_open_sittings, is_slot_over
from quizzes.exams.debriefing import confusion_matrices, missed_items, name_concepts, oral_prompt
from quizzes.exams.errors import SittingError, StaleAnswerError, StillOpenError, TooLateError
from quizzes.exams.exam_overview import ExamStatus, closed_sittings, list_exams
from quizzes.exams.exporting import export_exams
from quizzes.exams.item_results import ItemResult
from quizzes.exams.loading import load_exams, validate_exam
from quizzes.exams.opening import open_sitting
from quizzes.exams.payloads import (
    OralMarkPayload,
    ResultPayload,
    RoundGradePayload,
    SavedPayload,
    SittingPayload,
    SlotPayload,
    sitting_payload,
    slot_payload,
)
from quizzes.exams.practice_bank import (
    MAX_SELECTION,
    BankFilter,
    BankSelection,
    browse_bank,
    forget_bank,
    select_items,
)
from quizzes.exams.results import is_feedback_released, result_payload, round_grade_payload
from quizzes.exams.sittings import SavedAnswer, flag_slot, get_sitting, save_answer
from quizzes.exams.viva import VivaProgress, finish_round, load_viva_progress, mark_oral_answer, start_round

__all__ = [
    "MAX_SELECTION",
    "BankFilter",
    "BankSelection",
    "BlueprintError",
    "CohortResults",
    "ExamStatus",
    "ItemResult",
    "OralMarkPayload",
    "ResultPayload",
    "RoundGradePayload",
    "SavedAnswer",
    "SavedPayload",
    "SittingError",
    "SittingPayload",
    "SittingScope",
    "SlotPayload",
    "StaleAnswerError",
    "StillOpenError",
    "StudentScore",
    "TooLateError",
    "VivaProgress",
    "browse_bank",
    "check_blueprint",
    "close_overdue_sittings",
    "close_sitting",
    "closed_sittings",
    "cohort_results",
    "concept_shares",
    "confusion_matrices",
    "event_id",
    "export_exams",
    "extend_open_sittings",
    "finish_round",
    "flag_slot",
    "forget_bank",
    "get_sitting",
    "is_feedback_released",
    "is_slot_over",
    "list_exams",
    "load_confusions",
    "load_exams",
    "load_viva_progress",
    "mark_oral_answer",
    "missed_items",
    "name_concepts",
    "open_sitting",
    "oral_prompt",
    "result_payload",
    "round_grade_payload",
    "save_answer",
    "select_items",
    "sitting_payload",
    "slot_payload",
    "start_round",
    "store_names",
    "student_scores",
    "submit_sitting",
    "validate_exam",
]
