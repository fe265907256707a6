"""Scores that go back to platforms, told by comparing what sittings gave with what was sent.

Nothing in exams has to know of platforms, and a correction, a release, a sitting that no longer counts are all the same
thing: what the platform has is not what it should have. A sweep compares the scores of sittings and exams that changed
since the sweep before; what a platform lacks is due, and the due are sent. A score is stored with its time before it is
sent, and sent with the same time until the platform has answered, so that it counts once however often it comes;
platforms take no score that is older than what they have, so that the newest stays.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from django.db.models import Count, Min, Q, QuerySet

from examprep.lti.calling import PlatformError, call, fetch_token
from examprep.lti.models import LtiPlatform, LtiScore
from quizzes.models import Exam, Sitting
from quizzes.progress.for_staff import Attempt, Mark, counts_of, decide_mark

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"
READ_AT_ONCE = 500
"""Rows that are compared at once."""
LONGEST_SWEEP = 60
"""Seconds for which a sweep sends: what it has leased and not sent by then would soon be taken by another."""
LEASE = timedelta(minutes=2)
"""How long a worker has to send one, before another takes it for lost."""
LOOK_BACK = timedelta(minutes=10)
"""Changes are compared for so long after they were made: no transaction takes longer to be seen, and no lease."""
BACKOFF = (10, 60, 300, 900)
"""Seconds to wait after the first, second, … failure; the last from then on."""
NOTHING: dict[str, object] = {"activityProgress": "Initialized", "gradingProgress": "NotReady"}
"""What a platform has of who has sat nothing that counts."""
OLD = 409
"""The platform has this score, or a newer one."""


def send_scores(now: datetime) -> int:
    """Send what platforms lack; return how many scores arrived. Safe to run twice, late or at once."""
    _notice_changes(now)
    tokens: dict[int, str] = {}
    down: set[int] = set()
    ends = time.monotonic() + LONGEST_SWEEP
    arrived = 0
    for score, wanted in _list_due(now, down):
        if time.monotonic() > ends:
            break
        if score.platform_id in down or not _lease(score, wanted, now):
            continue
        try:
            arrived += _send(score, tokens, now)
        except PlatformError as error:
            _put_off(score, error, now)
            if error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                down.add(score.platform_id)  # nobody waits for it again in this sweep
    return arrived


def _notice_changes(now: datetime) -> None:
    """Have those scores be due that platforms lack since sittings or exams changed; the work follows from these."""
    platforms = LtiPlatform.objects.filter(is_active=True)
    since = platforms.aggregate(since=Min("compared_to"))["since"]
    if since is None:
        return
    idle = LtiScore.objects.filter(next_try_at=None, platform__is_active=True).select_related("exam")
    changed = Exam.objects.filter(changed_at__gte=since).values_list("pk", flat=True)
    for batch in _pages(idle.filter(exam__in=list(changed))):
        _let_be_due(batch, now)
    page = Q(changed_at__gte=since)
    sittings = Sitting.objects.order_by("changed_at", "pk").values_list("changed_at", "pk", "student", "exam")
    while found := list(sittings.filter(page)[:READ_AT_ONCE]):
        students, exams = {row[2] for row in found}, {row[3] for row in found}
        _let_be_due(list(idle.filter(user__in=students, exam__in=exams)), now)
        at, pk = found[-1][:2]
        page = Q(changed_at__gt=at) | Q(changed_at=at, pk__gt=pk)
    platforms.update(compared_to=now - LOOK_BACK)


def _pages(rows: QuerySet[LtiScore]) -> Iterator[list[LtiScore]]:
    """Yield all rows, so many at once."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:READ_AT_ONCE]):
        yield batch
        last = batch[-1].pk


def _let_be_due(rows: Sequence[LtiScore], now: datetime) -> None:
    lacking = [row.pk for row, wanted in _compare(rows) if wanted != (row.told or NOTHING)]
    LtiScore.objects.filter(pk__in=lacking, next_try_at=None).update(next_try_at=now)


def _list_due(now: datetime, down: set[int]) -> Iterator[tuple[LtiScore, dict[str, object]]]:
    """Yield the due scores of platforms that are not down, with what these should have; settle those that they have."""
    due = LtiScore.objects.filter(next_try_at__lte=now, platform__is_active=True).select_related("platform", "exam")
    while batch := list(due.exclude(platform__in=down).order_by("next_try_at", "pk")[:READ_AT_ONCE]):
        for row, wanted in _compare(batch):
            if row.outgoing or wanted != (row.told or NOTHING):  # what was being sent may have arrived
                yield row, wanted
            else:
                _mine(row).filter(next_try_at=row.next_try_at).update(next_try_at=None)


def _compare(rows: Sequence[LtiScore]) -> Iterator[tuple[LtiScore, dict[str, object]]]:
    """Yield the rows with what their platforms should have; one query."""
    attempts = _load_attempts(rows)
    for row in rows:
        yield row, decide(decide_mark(attempts[row.user_id, row.exam_id], counts_of(row.exam)))


def _load_attempts(rows: Sequence[LtiScore]) -> Mapping[tuple[int, int], Sequence[Attempt]]:
    """Return what students have sat of exams, as far as they are told its marks, by student and exam; one query."""
    sittings = (
        Sitting.objects.filter(exam__in={row.exam_id for row in rows}, student__in={row.user_id for row in rows})
        .filter(released_at__isnull=False)
        .order_by("number")
        .annotate(waiting=Count("slots", filter=Q(slots__waits=True)))
    )
    attempts: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    fields = ("student", "exam", "pk", "number", "score", "max_score", "voided_at", "waiting")
    for student, exam, pk, number, score, max_score, voided_at, waiting in sittings.values_list(*fields):
        attempts[student, exam].append(Attempt(pk, number, score, max_score, voided_at is not None, waiting))
    return attempts


def decide(mark: Mark | None) -> dict[str, object]:
    """Return what a platform should have, by how a student stands in an exam."""
    if mark is None or mark.state in {"open", "void"}:
        return NOTHING
    if mark.state == "waiting":
        return {"activityProgress": "Completed", "gradingProgress": "PendingManual"}
    return {
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": round(mark.attempt.score or 0.0, 4),
        "scoreMaximum": mark.attempt.max_score or 1.0,
    }


def _lease(score: LtiScore, wanted: dict[str, object], now: datetime) -> bool:
    """Store what is to be sent, for this worker to send; whether no other one has."""
    before = score.outgoing or {}
    if {name: value for name, value in before.items() if name != "timestamp"} == wanted:
        outgoing, at = before, score.last_time
    else:
        at = max(now, score.last_time + timedelta(milliseconds=1)) if score.last_time else now
        outgoing = {**wanted, "timestamp": at.isoformat(timespec="milliseconds")}
    free = LtiScore.objects.filter(pk=score.pk, next_try_at=score.next_try_at, attempts=score.attempts)
    score.outgoing, score.last_time, score.attempts, score.next_try_at = outgoing, at, score.attempts + 1, now + LEASE
    return bool(free.update(outgoing=outgoing, last_time=at, attempts=score.attempts, next_try_at=score.next_try_at))


def _send(score: LtiScore, tokens: dict[int, str], now: datetime) -> bool:
    """Send a score that is leased; whether it is new to the platform. Raises PlatformError."""
    is_new = True
    if score.platform_id not in tokens:
        try:
            tokens[score.platform_id] = fetch_token(score.platform, SCOPE, now)
        except PlatformError as error:
            raise PlatformError(f"no access: {error}") from error  # whatever its status: none of its scores would go
    try:
        _post(score.platform, score, tokens[score.platform_id])
    except PlatformError as error:
        if error.status != OLD:
            raise
        is_new = False
    told = {name: value for name, value in score.outgoing.items() if name != "timestamp"}
    _mine(score).update(told=told, outgoing=None, attempts=0, next_try_at=None, error="")
    return is_new


def _put_off(score: LtiScore, error: PlatformError, now: datetime) -> None:
    """Have a score sent again later, the later the more often it has failed."""
    wait = BACKOFF[min(score.attempts, len(BACKOFF)) - 1]
    _mine(score).update(next_try_at=now + timedelta(seconds=wait), error=str(error)[:255])


def _mine(score: LtiScore) -> QuerySet[LtiScore]:
    """Return the row, unless another worker has taken it over meanwhile."""
    return LtiScore.objects.filter(pk=score.pk, attempts=score.attempts, last_time=score.last_time)


def _post(platform: LtiPlatform, score: LtiScore, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPE}
    call(
        platform, "POST", scores_url(score.line_item), json={**score.outgoing, "userId": score.subject}, headers=headers
    )


def scores_url(line_item: str) -> str:
    """Return where the scores of a column go: its path and `/scores`, before what it asks."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))
