"""The thread that sends messages, in a process that was forked from one which had sent some."""

from __future__ import annotations

import subprocess
import sys

FORKED = """
import os, time
import django
django.setup()
from quizzes.background import publisher

sent = []
publisher.current_app.send_task = lambda task, args, countdown: sent.append((task, *args))
publisher.publish("of the parent", 1)
publisher.flush()
time.sleep(0.05)  # its thread waits for the next message
child = os.fork()
if not child:
    publisher.publish("of the child", 2)
    publisher.flush(10)
    os._exit(sent != [("of the parent", 1), ("of the child", 2)])
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_the_first_message_of_a_forked_process_is_sent() -> None:
    assert subprocess.run([sys.executable, "-c", FORKED], timeout=60, check=False).returncode == 0
