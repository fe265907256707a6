"""What a student knows and has done, and what comes: for the pages of progress, concepts and search.

Everything here reads, but for what `for_staff` measures in the night. `concept_map` and the charts are pure: they say
where the marks of a drawing stand.
"""

from quizzes.progress.answers import ConceptHistory, load_history
from quizzes.progress.concepts import CourseMap, Neighbourhood, list_concepts, load_maps, load_neighbourhood
from quizzes.progress.mastery import ConceptMastery, find_weakest_concepts, load_mastery
from quizzes.progress.missed import MissedQuestion, load_missed
from quizzes.progress.overview import DAYS_BACK, RETENTION_DAYS, Progress, load_progress
from quizzes.progress.search import Matches, SearchResult, find_matches
from quizzes.progress.study_days import DaySummary, find_worked_concepts, summarize_day

__all__ = [
    "DAYS_BACK",
    "RETENTION_DAYS",
    "ConceptHistory",
    "ConceptMastery",
    "CourseMap",
    "DaySummary",
    "Matches",
    "MissedQuestion",
    "Neighbourhood",
    "Progress",
    "SearchResult",
    "find_matches",
    "find_weakest_concepts",
    "find_worked_concepts",
    "list_concepts",
    "load_history",
    "load_maps",
    "load_mastery",
    "load_missed",
    "load_neighbourhood",
    "load_progress",
    "summarize_day",
]
