"""A version after this one, for tests: it has a column more in the busiest table."""
