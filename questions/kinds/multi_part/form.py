"""The author's form of an item with parts."""

from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Rows, Section
from questions.kinds.registry import titles_of_parts

FORM = (
    WHAT_IS_DRAWN,
    Section(
        "Question",
        (
            STEM,
            Rows(
                name="parts",
                label="Parts",
                add="Add a part",
                help_text=(
                    "Each part is remembered on its own, under its id. Write [[id]] in the stem where a part stands in"
                    " the text; other parts have a stem of their own. “Its kind's fields” are written as in a file:"
                    " answer: m, then unit: cm on the next line."
                ),
                columns=(
                    Column("id", "Id", "text", "mean"),
                    Column("kind", "Kind", choices=titles_of_parts),
                    Column("marks", "Marks", "text", "1"),
                    Column("follow", "Follows", "text", "an earlier part's id", as_text=", ".join),
                    Column("stem", "Stem", "long"),
                    Column("fields", "Its kind's fields", "rest", "answer: m"),
                    Column("explanation", "Why", "long"),
                ),
            ),
        ),
    ),
    AFTER,
)
