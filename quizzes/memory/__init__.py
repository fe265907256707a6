"""The memory model: how well a card is remembered, and how answers change that. Pure, over arrays of cards.

`rating` makes a rating of an answer, `fsrs` makes a memory state of ratings, and `timeline` says which lines of a log
count. `first_sight` predicts first answers, which no memory is of yet. `concepts` sums recall up by concept,
`calibration` judges predictions, `fitting` fits the model's parameters.
"""
