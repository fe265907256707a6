"""How the service does: what it counts, what it says in its log, what is late, and the page that shows it."""
