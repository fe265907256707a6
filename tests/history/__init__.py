"""Whole under fault: clients record what they did, a pure model says what the service may hold after that.

`draw` draws a schedule of operations and faults from one seed, `clients` and `browser` carry it out, `stand` and
`faults` run the service and break it, `checks` judges the history (`records`), and `planted` holds bugs that it has to
find. `make soak` runs it for long; `tests/history/test_history.py` for some seconds.
"""
