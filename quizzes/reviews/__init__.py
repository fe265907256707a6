"""What was answered: events come in through one door, are graded, logged, and folded into what students remember.

`accept` takes the events of a device, or of a sitting that is closed; the plan that follows is `schedule`'s.
`change_log` locks a student's log and numbers what changes in it, `memory_states` folds logs into card states and says
what follows from a state, `sync` tells a client what changed.
"""

from quizzes.reviews import change_log, memory_states, sync
from quizzes.reviews.accepting import Accepted, accept, batch_result
from quizzes.reviews.batch import MAX_DURATION_MS, Batch, BatchError, read_batch
from quizzes.reviews.clock import CLOCK_TOLERANCE, EARLIEST
from quizzes.reviews.document_payloads import KeptDay
from quizzes.reviews.documents import kept_day_payload
from quizzes.reviews.payloads import (
    BatchResultPayload,
    CardStatePayload,
    EventResultPayload,
    GradePayload,
    SyncPayload,
    ToReadPayload,
    show_sections,
)
from quizzes.reviews.previewing import preview_ratings
from quizzes.reviews.releasing import release_withheld
from quizzes.reviews.undoing import last_undoable

__all__ = [
    "CLOCK_TOLERANCE",
    "EARLIEST",
    "MAX_DURATION_MS",
    "Accepted",
    "Batch",
    "BatchError",
    "BatchResultPayload",
    "CardStatePayload",
    "EventResultPayload",
    "GradePayload",
    "KeptDay",
    "SyncPayload",
    "ToReadPayload",
    "accept",
    "batch_result",
    "change_log",
    "kept_day_payload",
    "last_undoable",
    "memory_states",
    "preview_ratings",
    "read_batch",
    "release_withheld",
    "show_sections",
    "sync",
]
