"""The paths of Moodle's categories. Pure."""

from __future__ import annotations

ROOTS = ("$course$", "top", "$cat1$", "$module$", "$system$")


def split_category(path: str) -> tuple[str, ...]:
    """The names in the path of a category, the outermost first; `//` is a slash in a name."""
    names = (name.replace("\ue016", "/").strip() for name in path.replace("//", "\ue016").split("/"))
    shown = (name.removeprefix("Default for ") for name in names)
    return tuple(name for name in shown if name and name not in ROOTS)
