"""Decks of Anki."""
