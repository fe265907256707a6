"""The author's form of a numeric item."""

from questions.kinds.fields import AFTER, DRAWN, STEM, Checkbox, Column, Decimal, Line, Rows, Section, Select
from questions.kinds.precision_fields import DIGITS, ERRORS

NUMBERS = Section("What is drawn anew each time", DRAWN)
QUESTION = Section(
    "Question",
    (
        STEM,
        Line(
            name="answer", label="Answer", help_text="A formula; a list of numbers if it is one.", placeholder="decay"
        ),
        Line(name="unit", label="Unit", short=True, help_text="Such as m/s, N or neurons."),
        Select(
            name="units",
            label="The unit is",
            choices=(
                ("", "shown behind the field"),
                ("stated", "typed, as the question asks for it"),
                ("any", "typed, and converted from any that fits"),
            ),
        ),
        Decimal(
            name="wrong_unit",
            rare=True,
            label="For a wrong unit",
            help_text="The share of the marks for the right number with a wrong unit, such as 0.5.",
        ),
        *DIGITS,
        Select(
            name="form",
            label="Form",
            choices=(
                ("", "Any"),
                ("fraction", "A fraction in lowest terms"),
                ("mixed", "A mixed number, such as 2 1/3"),
                ("whole", "A whole number, worked out"),
                ("decimal", "A decimal number, worked out"),
                ("scientific", "Scientific notation"),
            ),
        ),
        Checkbox(
            name="exact_digits",
            rare=True,
            label="Exactly so many digits",
            help_text="Zeros count: with three digits 2.50 is right, and 2.5 is told what it lacks.",
        ),
        Decimal(
            name="wrong_form",
            rare=True,
            label="For a wrong form",
            help_text="The share of the marks for the right number in another form, such as 0.5.",
        ),
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
        *ERRORS,
    ),
    folded=True,
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
