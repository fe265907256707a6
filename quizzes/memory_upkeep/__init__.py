"""What keeps memory states true and well predicted: rebuilds, fits of the model's parameters, imported histories.

`rebuild` folds states anew from the review log. `fit_student` and `fit_course` fit the memory model's parameters to it,
and put those in use that predict better. `import_reviews` adds the history that another program kept.
"""

from quizzes.memory_upkeep.fitting import courses_due, fit_course, fit_student, follow_courses, students_due
from quizzes.memory_upkeep.histories import HistoryError
from quizzes.memory_upkeep.import_report import ImportReport
from quizzes.memory_upkeep.importing import NotEnrolledError, import_reviews
from quizzes.memory_upkeep.rebuilding import RebuildReport, rebuild

__all__ = [
    "HistoryError",
    "ImportReport",
    "NotEnrolledError",
    "RebuildReport",
    "courses_due",
    "fit_course",
    "fit_student",
    "follow_courses",
    "import_reviews",
    "rebuild",
    "students_due",
]
