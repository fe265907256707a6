"""Bugs for a service under test: each is switched on from outside, and breaks one thing in one place."""
