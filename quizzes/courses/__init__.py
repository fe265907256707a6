"""The life of a course, and its people: who joins and leaves, who is on its roster, who is invited."""
