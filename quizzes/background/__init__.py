"""Work that is done after the request: asked for by rows in the outbox, which no broker or worker can lose.

`outbox` enqueues work, runs it, and publishes again what was lost. Messages go through `publisher`.
"""

from quizzes.background import outbox, publisher

__all__ = ["outbox", "publisher"]
