"""How each item does, in daily reviews and exams together: measured in the background, stored, shown beside the item.

`measure_course` goes through the answers of a course, students by students, and stores a row of numbers and advice for
each item. What staff try, what was undone, and what does not count is in none of them; corrected grades are.
"""

from quizzes.exams.item_analysis.advice import ENOUGH, FLAGS
from quizzes.exams.item_analysis.easing import ENOUGH_STUDENTS
from quizzes.exams.item_analysis.measuring import ask_measuring, measure_course, measure_courses

__all__ = ["ENOUGH", "ENOUGH_STUDENTS", "FLAGS", "ask_measuring", "measure_course", "measure_courses"]
