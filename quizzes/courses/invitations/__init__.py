"""Places in a course that are kept for addresses, and the links by which people take them.

A link is signed, valid for a while, and lets in one person, by whatever account they log in with. Nothing that is sent
or shown says whether an address has an account.
"""

from quizzes.courses.invitations.accepting import InvitationError, accept
from quizzes.courses.invitations.links import find_invitation, make_link
from quizzes.courses.invitations.sending import TASK, VALID_FOR, ask_to_send, make_mail, reaches_people, renew, send_due

__all__ = [
    "TASK",
    "VALID_FOR",
    "InvitationError",
    "accept",
    "ask_to_send",
    "find_invitation",
    "make_link",
    "make_mail",
    "reaches_people",
    "renew",
    "send_due",
]
