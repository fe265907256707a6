"""Formats that items come in and go out by, one module each."""
