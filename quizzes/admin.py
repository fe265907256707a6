"""The admin of students and reviews."""
