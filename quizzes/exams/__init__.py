"""Exams: an exam is begun, sat against the server's clock, closed, and looked back on.

An exam's blueprint says what it asks. Beginning it draws the questions and freezes them in a sitting; answers are saved
slot by slot while the time runs; closing grades them, hands them to the memory model as reviews, and gives a result. A
viva is an exam that goes round by round through the match sets its student knows least. Staff see how the cohort did.
"""

from quizzes.exams.blueprint_checks import (
    BankSupply,
    ConceptShare,
    PoolContent,
    check_blueprint,
    list_pools,
    list_thin,
    load_supply,
    store_names,
)
from quizzes.exams.blueprints import BlueprintError
from quizzes.exams.closing import close_overdue_sittings, close_sitting, submit_sitting
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
from quizzes.exams.effects import tell_effect
from quizzes.exams.errors import SittingError, StaleAnswerError, StillOpenError, TooLateError
from quizzes.exams.exam_overview import ExamStatus, closed_sittings, list_exams, load_exam_status
from quizzes.exams.expectations import tell_expected
from quizzes.exams.exporting import export_exams
from quizzes.exams.item_results import ItemResult
from quizzes.exams.loading import load_exams, validate_exam
from quizzes.exams.marking import MarkError, ToMark, load_to_mark, mark_answer, waiting_slots
from quizzes.exams.opening import open_sitting
from quizzes.exams.payloads import (
    OralMarkPayload,
    ResultPayload,
    RoundGradePayload,
    SavedPayload,
    SittingPayload,
    SlotPayload,
    SlotResultPayload,
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
from quizzes.exams.reach import list_unreachable
from quizzes.exams.regrading import CorrectedSitting, add_up_sittings, decide_slots, store_slots
from quizzes.exams.releasing import event_id, is_feedback_released, release_ended_sittings
from quizzes.exams.results import result_payload, round_grade_payload
from quizzes.exams.sections import delete_section, store_section, store_students
from quizzes.exams.sittings import SavedAnswer, flag_slot, get_sitting, save_answer
from quizzes.exams.supply import Supply
from quizzes.exams.trials import Trial, compose_trial, grade_trial, is_readable
from quizzes.exams.viva import VivaProgress, finish_round, load_viva_progress, mark_oral_answer, start_round

__all__ = [
    "MAX_SELECTION",
    "BankFilter",
    "BankSelection",
    "BankSupply",
    "BlueprintError",
    "CohortResults",
    "ConceptShare",
    "CorrectedSitting",
    "ExamStatus",
    "ItemResult",
    "MarkError",
    "OralMarkPayload",
    "PoolContent",
    "ResultPayload",
    "RoundGradePayload",
    "SavedAnswer",
    "SavedPayload",
    "SittingError",
    "SittingPayload",
    "SittingScope",
    "SlotPayload",
    "SlotResultPayload",
    "StaleAnswerError",
    "StillOpenError",
    "StudentScore",
    "Supply",
    "ToMark",
    "TooLateError",
    "Trial",
    "VivaProgress",
    "add_up_sittings",
    "browse_bank",
    "check_blueprint",
    "close_overdue_sittings",
    "close_sitting",
    "closed_sittings",
    "cohort_results",
    "compose_trial",
    "confusion_matrices",
    "decide_slots",
    "delete_section",
    "event_id",
    "export_exams",
    "extend_open_sittings",
    "finish_round",
    "flag_slot",
    "forget_bank",
    "get_sitting",
    "grade_trial",
    "is_feedback_released",
    "is_readable",
    "is_slot_over",
    "list_exams",
    "list_pools",
    "list_thin",
    "list_unreachable",
    "load_confusions",
    "load_exam_status",
    "load_exams",
    "load_supply",
    "load_to_mark",
    "load_viva_progress",
    "mark_answer",
    "mark_oral_answer",
    "missed_items",
    "name_concepts",
    "open_sitting",
    "oral_prompt",
    "release_ended_sittings",
    "result_payload",
    "round_grade_payload",
    "save_answer",
    "select_items",
    "sitting_payload",
    "slot_payload",
    "start_round",
    "store_names",
    "store_section",
    "store_slots",
    "store_students",
    "student_scores",
    "submit_sitting",
    "tell_effect",
    "tell_expected",
    "validate_exam",
    "waiting_slots",
]
