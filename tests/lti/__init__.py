"""Learning platforms that launch what is here."""
