"""The author's form of a numeric item."""

from questions.kinds.fields import AFTER, STEM, Checkbox, Column, Decimal, Integer, Line, Rows, Section

NUMBERS = Section(
    "Numbers",
    (
        Rows(
            name="draw",
            label="Draw",
            add="Add a number",
            help_text=(
                "integer(a, b) · uniform(a, b, step) · choice(…) · loguniform_nice(a, b) · loguniform(a, b, digits)"
                " · vector(n, …)"
            ),
            columns=(
                Column("name", "Name", "text", "eta"),
                Column("value", "Drawn from", "text", "loguniform_nice(1e-3, 1)"),
            ),
            shape="mapping",
        ),
        Rows(
            name="let",
            label="Let",
            add="Add a formula",
            help_text="Computed in this order, from the numbers above.",
            columns=(
                Column("name", "Name", "text", "decay"),
                Column("value", "Formula", "text", "1 - eta*lam"),
            ),
            shape="mapping",
        ),
        Rows(
            name="where",
            label="Where",
            add="Add a condition",
            help_text="Numbers are drawn again until all conditions hold.",
            columns=(Column("value", "Condition", "text", "eta*lam < 0.5"),),
            shape="texts",
        ),
    ),
)
QUESTION = Section(
    "Question",
    (
        STEM,
        Line(
            name="answer", label="Answer", help_text="A formula; a list of numbers if it is one.", placeholder="decay"
        ),
        Line(name="unit", label="Unit", help_text="Shown after the field."),
        Integer(
            name="digits",
            label="Digits",
            minimum=1,
            maximum=12,
            help_text="Significant digits asked for, 3 by default.",
        ),
        Integer(name="decimals", label="Decimals", minimum=0, maximum=10, help_text="Or: decimals asked for."),
        Checkbox(name="exact", label="Exact", help_text="Or: the exact number is asked for."),
    ),
)
TOLERANCE = Section(
    "Tolerance",
    (
        Line(
            name="tolerance_of",
            path=("tolerance", "of"),
            label="Measured on",
            help_text="The part whose relative error counts: for 1 - eta*lam that is eta*lam.",
            placeholder="eta*lam",
        ),
        Decimal(
            name="tolerance_rtol",
            path=("tolerance", "rtol"),
            errors_of="tolerance",
            label="Relative error",
            help_text="0.01 allows 1 %. Leave it empty to go by the digits asked for.",
        ),
        Decimal(name="tolerance_atol", path=("tolerance", "atol"), label="Absolute error"),
    ),
)
MISTAKES = Section(
    "Mistakes",
    (
        Rows(
            name="mistakes",
            label="Mistakes",
            add="Add a mistake",
            help_text="Wrong answers to expect. Each is recognised and explained.",
            columns=(
                Column("value", "Formula", "text", "eta*lam"),
                Column("because", "Because", "long", "What to say to this answer"),
            ),
        ),
    ),
)
FORM = (NUMBERS, QUESTION, TOLERANCE, MISTAKES, AFTER)
