"""Code as it is compared by its syntax tree. It is parsed, and never run."""

from __future__ import annotations

import ast
import functools
import warnings

from questions.kinds import typed_text


@functools.lru_cache(maxsize=1024)
def python_tree(code: str) -> str:
    """The code as Python writes its syntax tree, which is the same for the same tree; "" for what is no Python.

    Spaces, kinds of quotes, brackets that change nothing, and `1e3` for `1000.0` do not matter.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash in a string that escapes nothing
            return ast.unparse(ast.parse(typed_text.plain_code(code).strip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
