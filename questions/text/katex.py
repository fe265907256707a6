"""Formulas as students see them: KaTeX itself, the file that the pages load, in an engine of its own.

The engine (V8, by mini-racer) starts when the first formula is checked, so only where somebody publishes or loads. It
reaches no file and no network; each formula has a second and 64 MiB.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException, MiniRacer

SECONDS, BYTES = 1.0, 64 << 20
"""What one formula may take."""
REFUSED = "#cc0f0e"
"""The colour in which KaTeX sets a command that it knows and does not trust."""
_MESSAGE = re.compile(r"KaTeX parse error: ([^\n]*)")
_GROUPS = re.compile(r'</span>|<span class="mord(?: mtight)?">')
"""In KaTeX's HTML: what braces alone make, as in `x_{1}`, and nobody sees."""
_UNDERLINE = "\u0332"


class FormulaError(ValueError):
    """LaTeX that KaTeX cannot set; the message says what it stumbled over."""


class _Engine:
    """One engine a process, taken by one formula at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.context: MiniRacer | None = None
        self.left: list[MiniRacer | None] = []

    def typeset(self, formula: str, *, display: bool) -> str:
        options = {"displayMode": display, "throwOnError": True, "output": "html", "errorColor": REFUSED}
        with self.lock, ThreadPoolExecutor(1) as thread:
            # In a thread of its own: the engine would take an event loop that runs in this one, and wait for it.
            html = thread.submit(self._render, formula, options).result()
        return str(html)

    def _render(self, formula: str, options: dict[str, object]) -> object:
        if self.context is None:
            self.context = _start()
        try:
            return self.context.call("katex.renderToString", formula, options, timeout_sec=SECONDS, max_memory=BYTES)
        except (JSTimeoutException, JSOOMException):
            self.context.close()
            self.context = None
            raise

    def leave(self) -> None:
        """In a new process: the engine's thread stayed in the old one. Kept: closing it would wait."""
        self.left.append(self.context)
        self.lock, self.context = threading.Lock(), None


_engine = _Engine()
os.register_at_fork(after_in_child=_engine.leave)


def _start() -> MiniRacer:
    path = finders.find("katex/katex.min.js")
    if not isinstance(path, str):
        raise ImproperlyConfigured("KaTeX is not installed, so that no formula can be checked: run npm ci.")
    context = MiniRacer()
    context.eval(Path(path).read_text(encoding="utf-8"))
    return context


@functools.lru_cache(maxsize=8192)
def _typeset(formula: str, *, display: bool) -> tuple[str, str]:
    """What the formula looks like, as a digest of its HTML, and what is wrong with it."""
    try:
        html = _engine.typeset(formula, display=display)
    except (JSTimeoutException, JSOOMException):
        return "", "it takes too long to set"
    except JSEvalException as error:
        match = _MESSAGE.search(str(error).partition("\n")[0])
        return "", (match[1].replace(_UNDERLINE, "") if match else "KaTeX cannot set it")
    looks = hashlib.blake2b(_GROUPS.sub("", html).encode(), digest_size=16).hexdigest()
    return looks, "it has a command that is not allowed" if REFUSED in html else ""


def appearance(formula: str, *, display: bool = False) -> str:
    """What a formula looks like: the same for two that are set alike. Raises FormulaError."""
    looks, problem = _typeset(formula, display=display)
    if problem:
        raise FormulaError(problem)
    return looks
