"""Logging in by more than a password: passkeys, a second factor, accounts elsewhere."""
