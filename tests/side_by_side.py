"""`pytest --processes N`: tests are collected once, and run by N forks of the process that did.

Each fork begins with an equal share of the tests, in their order; one whose share is done takes the last test of the
longest share that is left, and one that ends before its time is replaced. Whatever collecting imported, and whatever
was compiled for it, is there in all of them.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
import warnings
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

import pytest

GONE = "The process that ran this test has ended."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=1, help="how many processes run the tests side by side")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    return tmp_path_factory.getbasetemp()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all tests by several processes; None, which leaves them to pytest, where one is enough."""
    number = session.config.getoption("processes")
    if number == 1 or session.config.option.collectonly or session.testsfailed:
        return None
    session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # the same for all
    gc.freeze()  # what is there already is no garbage in any of them
    ends = [len(session.items) * part // number for part in range(number + 1)]
    runners: list[Runner] = []
    try:
        for begin, end in pairwise(ends):
            runners.append(Runner(session, range(begin, end), runners))
        _watch(session, runners)
    finally:
        for runner in runners:
            runner.end()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


def _watch(session: pytest.Session, runners: list[Runner]) -> None:
    """Hand out tests, and report what comes of them, until every process is done."""
    while active := {runner.connection: runner for runner in runners if runner.active}:
        for connection in wait(list(active)):
            active[connection].take_in(runners)  # type: ignore[index]
            if session.shouldfail or session.shouldstop:
                for runner in runners:
                    runner.share.clear()


class Runner:
    """A process that runs tests, as the one that hands them out has it."""

    def __init__(self, session: pytest.Session, share: Iterable[int], others: Sequence[Runner]) -> None:
        self.session, self.share = session, deque(share)
        self.active, self.told_last = True, False
        self.at_work: deque[int] = deque()  # the test that runs, and the next
        self.connection, theirs = Pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # NumPy has threads, and knows of forks
            self.process = os.fork()
        if not self.process:
            for connection in (self.connection, *(other.connection for other in others)):
                connection.close()
            _run(session, len(others), theirs)
        theirs.close()
        for _ in range(2):
            self.hand_out(())

    def hand_out(self, runners: Sequence[Runner]) -> None:
        """Tell the process its next test, from the longest share where its own is done; or that there is none."""
        longest = max(runners, key=lambda runner: len(runner.share), default=self)
        if self.share:
            self.at_work.append(self.share.popleft())
        elif longest.share:
            self.at_work.append(longest.share.pop())
        elif self.told_last:
            return
        else:
            self.told_last = True
        with suppress(OSError):  # it has ended, which is seen when it is listened to
            self.connection.send(None if self.told_last else self.at_work[-1])

    def take_in(self, runners: list[Runner]) -> None:
        """Do what the process asks for: report, or hand out one more test."""
        what: str = "end"
        content: Any = None
        with suppress(EOFError, OSError):
            what, content = self.connection.recv()
        hook = self.session.config.hook
        if what == "report":
            hook.pytest_runtest_logreport(
                report=hook.pytest_report_from_serializable(config=self.session.config, data=content)
            )
        elif what == "warning":
            content["warning_message"] = warnings.WarningMessage(*content["warning_message"])
            hook.pytest_warning_recorded.call_historic(kwargs=content)
        elif what == "end":
            self.active = False
            self._give_up()
            if self.share:
                runners.append(Runner(self.session, self.share, runners))
                self.share = deque()
        else:
            item = self.session.items[self.at_work.popleft()]
            hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            self.hand_out(runners)

    def _give_up(self) -> None:
        """Report the test at which the process ended before its time."""
        if self.at_work:
            item = self.session.items[self.at_work.popleft()]
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", GONE, "call")
            self.session.config.hook.pytest_runtest_logreport(report=report)
        self.share.extendleft(reversed(self.at_work))
        self.at_work.clear()

    def end(self) -> None:
        """See the process off, also one that is in the middle of something."""
        if self.active:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGINT)
        self.connection.close()
        os.waitpid(self.process, 0)


# In the process that runs tests


def _run(session: pytest.Session, number: int, connection: Connection) -> NoReturn:
    """Run what comes until nothing more does, and be gone."""
    config = session.config
    try:
        config.workerinput = {"workerid": f"gw{number}"}  # type: ignore[attr-defined]  # names the test database
        config.pluginmanager.unregister(name="terminalreporter")
        capture: Any = config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()  # its files would be shared
        capture.start_global_capturing()
        capture.suspend_global_capture()
        teller = Teller(config)
        config.pluginmanager.register(teller)  # which tells it of earlier warnings
        teller.connection = connection
        index = connection.recv()
        while index is not None:
            following = connection.recv()
            next_item = None if following is None else session.items[following]
            config.hook.pytest_runtest_protocol(item=session.items[index], nextitem=next_item)
            connection.send(("done", None))
            index = following
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass  # who started it is gone, or ends it
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


@dataclass(eq=False)
class Teller:
    """Tells what comes of tests to the process that handed them out."""

    config: pytest.Config
    connection: Connection | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tell("report", self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: tuple[str, int, str] | None
    ) -> None:
        told = str(warning_message.message), warning_message.category, warning_message.filename, warning_message.lineno
        self._tell("warning", {"warning_message": told, "when": when, "nodeid": nodeid, "location": location})

    def _tell(self, what: str, content: dict[str, Any]) -> None:
        if self.connection:
            self.connection.send((what, content))
