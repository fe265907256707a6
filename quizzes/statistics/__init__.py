"""Classical test theory, by the formulas of Moodle's quiz statistics report. Pure: plain values in, plain values out.

Scores are arrays (students, items) of shares in [0, 1] of an item's marks, NaN where a student was not asked it; a
question that was asked and left empty is 0. Variances and covariances divide by n - 1.

Source: Moodle, "Quiz statistics calculations", docs.moodle.org/dev/Quiz_statistics_calculations.
"""
