"""LTI 1.3 Advantage: learning platforms launch lessons and exams, and get the scores.

A platform is registered in the admin, or by itself with a link (`registering`). `launching` says who comes from it, and
where to; `accounts` whose account here that is; `deep_linking` offers what can be placed in a course there; `scores`
sends what sittings gave, and `roster` fetches the people of a course. The room stands in the service, above both apps:
questions and quizzes know nothing of platforms, and what is to be sent is told by comparing sittings with what was sent
last.
"""
