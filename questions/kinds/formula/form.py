"""The author's form of an item that asks for a formula."""

from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Line, Rows, Section, Select

QUESTION = Section(
    "Question",
    (
        STEM,
        Line(
            name="answer",
            label="Answer",
            help_text="The formula, as people type it or in LaTeX. Equal formulas are right, however they are written.",
            placeholder="2x*e^(x^2)",
        ),
        Rows(
            name="variables",
            label="Names",
            add="Add a name",
            help_text="The names in the formula, and where each lies: formulas are compared there.",
            columns=(
                Column("name", "Name", "text", "lambda"),
                Column("value", "Lies in", "text", "real, positive, whole, (0, 1)"),
            ),
            shape="mapping",
        ),
        Line(
            name="constant",
            label="Constant",
            help_text="Of an integral: the answer is right up to it.",
            placeholder="C",
        ),
        Select(
            name="several",
            label="How many",
            choices=(
                ("", "One formula"),
                ("in_order", "Several, in this order"),
                ("any_order", "Several, in any order"),
            ),
        ),
        Select(
            name="form",
            label="Form",
            choices=(
                ("", "Any"),
                ("factored", "Factored"),
                ("expanded", "Expanded"),
                ("simplified", "Simplified"),
                ("fraction", "One fraction"),
            ),
        ),
        Select(
            name="log",
            label="“log” means",
            choices=(("", "Ask the student"), ("natural", "ln"), ("10", "log to the base 10"), ("2", "to the base 2")),
        ),
        Rows(
            name="mistakes",
            label="Mistakes",
            add="Add a mistake",
            help_text="Wrong formulas to expect. Each is recognised, however it is written, and explained.",
            columns=(
                Column("value", "Formula", "text", "e^(x^2)"),
                Column("because", "Because", "long", "What to say to this answer"),
            ),
        ),
    ),
)
FORM = (QUESTION, AFTER, WHAT_IS_DRAWN)
