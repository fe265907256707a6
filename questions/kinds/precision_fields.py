"""The fields of an author's form that say how precise a number has to be."""

from questions.kinds.fields import Checkbox, Decimal, Integer

DIGITS = (
    Integer(
        name="digits",
        label="Digits",
        minimum=1,
        maximum=12,
        help_text="Significant digits asked for, 3 by default.",
    ),
    Integer(name="decimals", label="Decimals", minimum=0, maximum=10, help_text="Or: decimals asked for."),
    Checkbox(name="exact", label="Exact", help_text="Or: the exact number is asked for."),
)
ERRORS = (
    Decimal(
        name="tolerance_rtol",
        path=("tolerance", "rtol"),
        errors_of="tolerance",
        label="Relative error",
        help_text="0.01 allows 1 %. Leave it empty to go by the digits asked for.",
    ),
    Decimal(name="tolerance_atol", path=("tolerance", "atol"), label="Absolute error"),
)
