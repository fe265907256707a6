"""An item is put to a student: a version and a seed become a presentation, which is stored and graded as it was put.

`present` puts cards to a student, and `present_spares` further questions of them; `draw` makes a presentation that is
not stored. What clients are sent of one is its `payload`, and with the key `answered_payload`. What an open sitting
asks is not asked, nor given away, outside of it.
"""

from quizzes.presentations.bodies import body_of, forget_bodies
from quizzes.presentations.checking import NoCheckError, NoPartError, check_part, with_checked
from quizzes.presentations.concept_names import forget_concept_names, name_concepts, name_concepts_as_of
from quizzes.presentations.drawing import DRAWS, SEED_BITS, draw
from quizzes.presentations.grading import finalise_response, grade_response
from quizzes.presentations.hints import (
    NoHintError,
    TakenHints,
    all_hints,
    count_hints_used,
    find_asked,
    take_hint,
    taken_hints,
)
from quizzes.presentations.judging import is_told, judge_blank_by, judge_final_by, reveal, reveal_by
from quizzes.presentations.kept_entries import answered_json
from quizzes.presentations.open_sittings import (
    asked_in_sittings,
    in_open_sitting,
    is_in_open_sitting,
    items_in_open_sittings,
)
from quizzes.presentations.payloads import (
    AnsweredPresentationPayload,
    BareGrade,
    CheckedPartPayload,
    FeedbackPayload,
    GradeFields,
    ItemKind,
    PartGradePayload,
    PresentationPayload,
    answered_payload,
    card_states,
    checked_payload,
    grade_payload,
    pack_states,
    payload,
    shown_grade,
    verdict_payload,
    with_html,
    with_kinds,
)
from quizzes.presentations.presenting import Ask, present
from quizzes.presentations.renewing import renew_broken
from quizzes.presentations.spares import MAX_SPARES, present_spares
from quizzes.presentations.step_payloads import ShownStepPayload, shown_steps
from quizzes.presentations.turning import NoBackError, turn
from quizzes.presentations.working import NoWorkError, StepResponse, Work, fill_in, grade_steps, load_work, with_settled

__all__ = [
    "DRAWS",
    "MAX_SPARES",
    "SEED_BITS",
    "AnsweredPresentationPayload",
    "Ask",
    "BareGrade",
    "CheckedPartPayload",
    "FeedbackPayload",
    "GradeFields",
    "ItemKind",
    "NoBackError",
    "NoCheckError",
    "NoHintError",
    "NoPartError",
    "NoWorkError",
    "PartGradePayload",
    "PresentationPayload",
    "ShownStepPayload",
    "StepResponse",
    "TakenHints",
    "Work",
    "all_hints",
    "answered_json",
    "answered_payload",
    "asked_in_sittings",
    "body_of",
    "card_states",
    "check_part",
    "checked_payload",
    "count_hints_used",
    "draw",
    "fill_in",
    "finalise_response",
    "find_asked",
    "forget_bodies",
    "forget_concept_names",
    "grade_payload",
    "grade_response",
    "grade_steps",
    "in_open_sitting",
    "is_in_open_sitting",
    "is_told",
    "items_in_open_sittings",
    "judge_blank_by",
    "judge_final_by",
    "load_work",
    "name_concepts",
    "name_concepts_as_of",
    "pack_states",
    "payload",
    "present",
    "present_spares",
    "renew_broken",
    "reveal",
    "reveal_by",
    "shown_grade",
    "shown_steps",
    "take_hint",
    "taken_hints",
    "turn",
    "verdict_payload",
    "with_checked",
    "with_html",
    "with_kinds",
    "with_settled",
]
