"""Moodle's formats: its XML, GIFT and Aiken."""
