"""The author's form of a numeric item."""

from questions.kinds.fields import AFTER, DRAWN, STEM, Checkbox, Column, Decimal, Integer, Line, Rows, Section

NUMBERS = Section("What is drawn anew each time", DRAWN)
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
                Column("unless", "Unless", "text", "A case in which it is right, too"),
            ),
        ),
    ),
)
FORM = (NUMBERS, QUESTION, TOLERANCE, MISTAKES, AFTER)
