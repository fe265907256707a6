"""The author's form of an item with parts."""

from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Decimal, Line, Names, Parts, Section
from questions.kinds.multi_part.body import OF_THE_ITEM
from questions.kinds.registry import titles_of_parts

FORM = (
    WHAT_IS_DRAWN,
    Section(
        "Question",
        (
            STEM,
            Parts(
                name="parts",
                label="Parts",
                add="Add a part",
                help_text=(
                    "Each part is remembered on its own, under its id: keep the id when you reword it. Write [[id]] in"
                    " the stem where a part stands in the text; other parts have a stem of their own."
                ),
                kinds=titles_of_parts,
                common=(
                    Line(name="id", label="Id", short=True, placeholder="mean"),
                    Decimal(name="marks", label="Marks"),
                    Names(name="follow", label="Follows", short=True, placeholder="earlier parts"),
                ),
                left_out=frozenset(OF_THE_ITEM),
            ),
        ),
    ),
    AFTER,
)
