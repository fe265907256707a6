"""Figures: the numbers behind a lesson's interactive figures (`simulators`), and how they are drawn (`plots`). Pure.

`diagrams` draws the numbers of a text. `pictures` checks and cleans those that authors bring; `vector_graphics` does
so for SVG.

`charts` has the scales and marks that every SVG chart of the service is made of.
"""
