"""Variants: numbers drawn from a seed, formulas, texts that show them, and whether a typed number is right. Pure.

`engine` compiles a numeric item and makes its variants out of `draws`, `formulas` (with their `functions`) and
`templates`; `numbers` reads what students type, `tolerance` says how near is right, and `audit` proves all of it over
many seeds before an item is published. The same seed gives the same bits on every machine, for ever.
"""
