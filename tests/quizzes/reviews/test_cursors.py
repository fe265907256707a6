"""Cursors: what a client holds of how far it has read."""

import pytest

from quizzes.reviews.cursors import Cursor, UnreadableCursorError

READ = Cursor(student=1, change_log=10, courses={3: 7}, issued_at=1_800_000_000)


def test_a_cursor_comes_back_as_it_was_given() -> None:
    assert Cursor.parse(str(READ)) == READ
    assert str(READ).isascii()
    assert "=" not in str(READ)


@pytest.mark.parametrize("text", ["x", "none", "AAAA", "{}", "é", str(READ)[:-3], str(READ) + "AAAA", "e30"])
def test_what_was_never_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCursorError):
        Cursor.parse(text)


@pytest.mark.parametrize(
    ("change_log", "courses", "ahead"),
    [
        (10, {3: 7}, False),
        (12, {3: 9}, False),
        (9, {3: 7}, True),
        (10, {3: 6}, True),
        (10, {}, False),  # the course was left
        (10, {3: 7, 4: 1}, False),
    ],
)
def test_a_cursor_is_ahead_of_a_database_restored_from_a_backup(
    change_log: int, courses: dict[int, int], ahead: bool
) -> None:
    end = Cursor(student=1, change_log=change_log, courses=courses, issued_at=READ.issued_at)
    assert READ.is_ahead_of(end) is ahead
