"""Students are reminded of the plan that waits: by e-mail, on the devices that they allowed it on, and in calendars.

`remind` sends the one reminder of a study day; `stop_reminders` is what the link in it does. `devices` has who sends to
a student's devices: so far `web_push`, which keeps browsers and sends to them, by the cryptography of
`push_encryption`. `calendar_feed` is what calendar programs fetch.
"""

from quizzes.reminders import devices, push_encryption, web_push
from quizzes.reminders.sending import enqueue_reminders, remind
from quizzes.reminders.stopping import is_token, make_token, stop_reminders

__all__ = [
    "devices",
    "enqueue_reminders",
    "is_token",
    "make_token",
    "push_encryption",
    "remind",
    "stop_reminders",
    "web_push",
]
