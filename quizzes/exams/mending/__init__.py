"""A sitting went wrong: staff give more time, open it again, let it not count, or say something to its student.

`load_sheet` loads all there is to see of a sitting. `mend` does one act to one sitting, for good or until it is taken
back; all that were done stay, with who, when and why, and the student is told by a notice. `mend_many` does it to all
that were begun between two moments.
"""

from quizzes.exams.mending.acting import mend
from quizzes.exams.mending.many import MOST, Concerned, Done, list_concerned, mend_many
from quizzes.exams.mending.orders import MAX_EXTRA_PERCENT, MAX_MINUTES, MAX_TEXT, MendError, Order, check_order
from quizzes.exams.mending.showing import SittingSheet, SlotRow, load_sheet, why_void

__all__ = [
    "MAX_EXTRA_PERCENT",
    "MAX_MINUTES",
    "MAX_TEXT",
    "MOST",
    "Concerned",
    "Done",
    "MendError",
    "Order",
    "SittingSheet",
    "SlotRow",
    "check_order",
    "list_concerned",
    "load_sheet",
    "mend",
    "mend_many",
    "why_void",
]
