"""What to review on which day, so that the most marks are gained by the exam.

Pure NumPy over memory states. `plan` chooses and orders today's tasks; `value` prices them against the days to come by
the tables of `tables`; `forecast` is the score to expect if nothing more is reviewed, `outlook` the one if the plan is
kept; `bound` limits every policy from above. `simulate` lets students follow the `policies`, as a proof of the planner.
"""
