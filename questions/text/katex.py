"""Formulas as students see them: KaTeX itself, in an engine of its own.

The engine (V8, by mini-racer) starts with the first formula, and reaches no file and no network; each formula has a
second of a processor and 64 MiB. What was set is kept by its text, up to a bound of bytes. Pages get their formulas
here as they leave (`set_formulas`): they are read without scripts, and nothing moves when a script has come.
"""

from __future__ import annotations

import atexit
import ctypes
import functools
import hashlib
import html
import logging
import os
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from py_mini_racer import (
    DEFAULT_V8_FLAGS,
    JSEvalException,
    JSOOMException,
    JSTimeoutException,
    LibAlreadyInitializedError,
    LibNotFoundError,
    MiniRacer,
    init_mini_racer,
)

from questions.text import markup

SECONDS, BYTES = 1.0, 64 << 20
"""What one formula may take."""
PATIENCE = 64.0
"""Seconds that a formula is waited for where the machine is so busy that the engine does not get its second of them."""
PAGE_SECONDS = 10.0
"""What setting the formulas of a page may take until the rest of them is left as it is written, this time."""
KEPT_BYTES = 8 << 20
"""What a process keeps of formulas that it has set: some 5000 of the usual length."""
REFUSED = "#cc0f0e"
"""The colour in which KaTeX sets a command that it knows and does not trust."""
_MESSAGE = re.compile(r"KaTeX parse error: ([^\n]*)")
_GROUPS = re.compile(r'</span>|<span class="mord(?: mtight)?">')
"""In KaTeX's HTML: what braces alone make, as in `x_{1}`, and nobody sees."""
_SEEN = '<span class="katex-html"'
"""In what KaTeX makes of a formula: where the part begins that is seen; before it stands what is read aloud."""
_UNDERLINE = "\u0332"

logger = logging.getLogger(__name__)


class FormulaError(ValueError):
    """LaTeX that KaTeX cannot set; the message says what it stumbled over."""


class Formula(NamedTuple):
    """LaTeX, and whether it stands in a line of its own."""

    latex: str
    display: bool


class _Set(NamedTuple):
    """A formula's HTML, or what is wrong with it."""

    html: str
    problem: str


class _Engine:
    """One engine a process, taken by the formulas of one page at a time.

    It is asked by a thread of its own: it would take an event loop that runs in the asking one, and wait for it.
    """

    def __init__(self) -> None:
        self.lock, self.thread = threading.Lock(), ThreadPoolExecutor(1, "katex")
        self.context: MiniRacer | None = None

    def typeset(self, formulas: Iterable[Formula], seconds: float, patience: float) -> list[_Set]:
        """Set formulas, in their order, until the seconds are over. The first is set in any case."""
        with self.lock:
            return self.thread.submit(self._typeset, formulas, seconds, patience).result()

    def _typeset(self, formulas: Iterable[Formula], seconds: float, patience: float) -> list[_Set]:
        end, done = time.monotonic() + seconds, []
        for formula in formulas:
            done.append(self._render_patiently(formula, patience))
            if time.monotonic() > end:
                break
        return done

    def _render_patiently(self, formula: Formula, patience: float) -> _Set:
        """Set a formula; once more, and for longer, where the time went by without the engine having it."""
        wait = SECONDS
        while True:
            before = time.process_time()
            rendered = self._render(formula, wait)
            was_busy = time.process_time() - before < SECONDS / 2
            wait *= 4
            if rendered is not TOO_LONG or not was_busy or wait > patience:
                return rendered

    def _render(self, formula: Formula, seconds: float) -> _Set:
        if self.context is None:
            self.context = _start()
        options = {"displayMode": formula.display, "throwOnError": True, "errorColor": REFUSED}
        try:
            made = str(
                self.context.call("katex.renderToString", formula.latex, options, timeout_sec=seconds, max_memory=BYTES)
            )
        except (JSTimeoutException, JSOOMException):
            self.context.close()
            self.context = None
            return TOO_LONG
        except JSEvalException as error:
            match = _MESSAGE.search(str(error).partition("\n")[0])
            return _Set("", match[1].replace(_UNDERLINE, "") if match else "KaTeX cannot set it")
        return _Set(made, "it has a command that is not allowed" if REFUSED in made else "")

    def close(self) -> None:
        """End the engine while Python still runs: one that is left to the interpreter's end hangs or crashes there."""
        if self.context:
            self.context.close()
            self.context = None

    def leave(self) -> None:
        """In a new process: the engine's threads stayed in the old one, so that what ends it would wait for ever."""
        if self.context:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.context))  # nothing ever ends it
        self.lock, self.context, self.thread = threading.Lock(), None, ThreadPoolExecutor(1, "katex")


# Keys of the processor keep memory from threads that V8 did not see begin: those of a forked process, and the one that
# closes the engine, would crash there.
V8_FLAGS = (*DEFAULT_V8_FLAGS, "--no-memory-protection-keys")

TOO_LONG = _Set("", "it takes too long to set")

_engine = _Engine()
os.register_at_fork(after_in_child=_engine.leave)
atexit.register(_engine.close)


def _start() -> MiniRacer:
    path = finders.find("katex/katex.min.js")
    if not isinstance(path, str):
        raise ImproperlyConfigured("KaTeX is not installed, so that no formula can be checked or set: run npm ci.")
    with suppress(LibAlreadyInitializedError):
        init_mini_racer(flags=V8_FLAGS)
    context = MiniRacer()
    context.eval(Path(path).read_text(encoding="utf-8"))
    return context


class Kept:
    """The formulas that were set last, up to a bound of bytes."""

    def __init__(self, bound: int) -> None:
        self.bound, self.bytes = bound, 0
        self.lock = threading.Lock()
        self.entries: OrderedDict[Formula, _Set] = OrderedDict()

    def get(self, formula: Formula) -> _Set | None:
        with self.lock:
            if (entry := self.entries.get(formula)) is not None:
                self.entries.move_to_end(formula)
            return entry

    def put(self, formula: Formula, entry: _Set) -> None:
        with self.lock:
            self.bytes += _size(formula, entry) if formula not in self.entries else 0
            self.entries[formula] = entry
            while self.bytes > self.bound:
                self.bytes -= _size(*self.entries.popitem(last=False))


def _size(formula: Formula, entry: _Set) -> int:
    return sys.getsizeof(formula.latex) + sys.getsizeof(entry.html) + sys.getsizeof(entry.problem) + 300


_kept = Kept(KEPT_BYTES)


def _typeset(formulas: Iterable[Formula], seconds: float = SECONDS, patience: float = SECONDS) -> dict[Formula, _Set]:
    """The formulas as they are set: each once; those that nobody kept until the seconds are over."""
    entries = {formula: _kept.get(formula) for formula in formulas}
    missing = [formula for formula, entry in entries.items() if entry is None]
    for formula, entry in zip(missing, _engine.typeset(missing, seconds, patience) if missing else [], strict=False):
        entries[formula] = entry
        if entry is not TOO_LONG:  # the machine may have been busy
            _kept.put(formula, entry)
    return {formula: entry for formula, entry in entries.items() if entry}


@functools.lru_cache(maxsize=8192)
def appearance(formula: str, *, display: bool = False) -> str:
    """What a formula looks like: the same for two that are set alike. Raises FormulaError."""
    (entry,) = _typeset([Formula(formula, display)], patience=PATIENCE).values()
    if entry.problem:
        raise FormulaError(entry.problem)
    seen = _GROUPS.sub("", entry.html.partition(_SEEN)[2])
    return hashlib.blake2b(seen.encode(), digest_size=16).hexdigest()


def set_formulas(page: str) -> str:
    """A page's HTML with its formulas set; those that cannot be set stay as they are written."""
    places = [(match, _read(match)) for match in markup.MATH.finditer(page)]
    if not places:
        return page
    try:
        entries = _typeset((formula for _, formula in places), PAGE_SECONDS)
    except (ImproperlyConfigured, LibNotFoundError) as error:
        logger.warning("%s", error)
        return page
    parts, end = [], 0
    for match, formula in places:
        if (entry := entries.get(formula)) and entry.html:
            parts += [page[end : match.start()], f'<{match[1]} class="{match[2]} set">{entry.html}</{match[1]}>']
            end = match.end()
    return "".join([*parts, page[end:]])


def _read(match: re.Match[str]) -> Formula:
    return Formula(html.unescape(match[3]).strip(), display=match[2] != "math")
