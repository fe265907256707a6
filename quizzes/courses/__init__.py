"""People of a course: who is on its roster, who is invited, and how they come and go."""
