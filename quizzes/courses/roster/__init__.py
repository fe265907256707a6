"""Who is in a course, as a file: read, compared with the course, shown, and applied in one transaction.

`read_roster` takes what spreadsheets and course systems write. `compare_roster` says what that would change;
`apply_roster` does it, and changes nothing where it is done again. `list_rows` gives the file that comes in again.
"""

from quizzes.courses.roster.applying import Applied, ChangedMeanwhileError, apply_roster, compare_roster, digest
from quizzes.courses.roster.comparing import Change, Comparison, Deed, Seat
from quizzes.courses.roster.lines import Fault, Roster
from quizzes.courses.roster.reading import MOST_BYTES, MOST_LINES, decode, read_roster
from quizzes.courses.roster.seating import load_seats
from quizzes.courses.roster.writing import list_rows

__all__ = [
    "MOST_BYTES",
    "MOST_LINES",
    "Applied",
    "Change",
    "ChangedMeanwhileError",
    "Comparison",
    "Deed",
    "Fault",
    "Roster",
    "Seat",
    "apply_roster",
    "compare_roster",
    "decode",
    "digest",
    "list_rows",
    "load_seats",
    "read_roster",
]
