"""The review loop: one question, its answer, the next."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from questions import kinds
from questions.models import Concept
from questions.whole_numbers import read_whole_number
from quizzes import notebook, presentations, progress, reviews, schedule
from quizzes.models import Presentation, ReviewEvent, Slot
from quizzes.models.statements import Prepared, identifier, number
from quizzes.reviews import ToReadPayload
from quizzes.views import Context, StudentRequest, answering, is_partial, practice, study_session
from quizzes.views.answering import RefusedAnswer, ShownAnswer
from quizzes.views.unsent import keeps_answer

CONFIDENCE = ((1, "guess"), (2, "unsure"), (3, "fairly"), (4, "sure"), (5, "certain"))


@keeps_answer
@require_http_methods(["GET", "POST"])
def review(request: StudentRequest) -> HttpResponse:
    """The next question (GET), or an answer to it (POST)."""
    if request.method == "POST":
        return _answer(request)
    if "plan" in request.GET or "minutes" in request.GET:
        practice.stop(request)
        study_session.begin(request, read_whole_number(request.GET.get("minutes", ""), 1, schedule.MAX_DAILY_MINUTES))
    wanted = answering.read_uuid(request.GET.get("presentation"))
    return _ask(request, _questions(request).filter(pk=wanted, closed_at__isnull=True).first() if wanted else None)


@login_required
@require_GET
def answer(request: StudentRequest, event: uuid.UUID) -> HttpResponse:
    """An answer that was given: what is right, the why, the worked solution."""
    answered = get_object_or_404(request.user.review_events, event_id=event, type="review", undone=False)
    slot = Slot.objects.filter(presentation=answered.presentation_id).first() if answered.presentation_id else None
    if slot:
        # What was answered in an exam is shown with its result, when the exam shows it.
        return redirect(f"{reverse('sitting', args=[slot.sitting_id])}#slot-{slot.number}")
    if presentations.is_in_open_sitting(request.user, answered.presentation):
        return _withhold(request)
    presentation = _questions(request).get(events=answered)
    kept = notebook.load_page(request.user, presentation.version.item_id)
    return _feedback(request, ShownAnswer.of(answered, presentation), presentation, kept)


@login_required
@require_POST
def undo(request: StudentRequest) -> HttpResponse:
    """Take back an answer and ask its question again."""
    wanted = answering.read_uuid(request.POST.get("event"))
    event = get_object_or_404(request.user.review_events, event_id=wanted, type="review")
    answering.report_event(request, {"type": "undo", "target": str(event.event_id)})
    # Of its card, since a pack may have put that again already: with other values then.
    card = Presentation.objects.filter(events=event).values("card")
    asked = _questions(request).filter(card__in=card, closed_at__isnull=True).first()
    if is_partial(request):
        return _ask(request, asked)
    return redirect(f"{reverse('review')}?presentation={asked.pk}" if asked else "review")


@login_required
@require_POST
def bury(request: StudentRequest) -> HttpResponse:
    """Not today: the question comes back tomorrow."""
    presentation = _posted_question(request)
    answering.report_event(request, {"type": "bury", "card": str(presentation.card_id)})
    practice.leave_out(request, presentation.version.item_id)
    return _ask(request) if is_partial(request) else redirect("review")


@login_required
@require_POST
def hint(request: StudentRequest) -> HttpResponse:
    """One more hint; without scripts in the question's page, with what was typed so far."""
    presentation = _posted_question(request)
    try:
        hints = presentations.take_hint(request.user, presentation)
    except presentations.NoHintError as error:
        messages.info(request, str(error))
        return HttpResponse(headers={"HX-Redirect": reverse("review")}) if is_partial(request) else redirect("review")
    if is_partial(request):
        return render(request, "quizzes/_hints.html", {"hints": hints, "took": True})
    typed = answering.read_response(presentation.version.kind, request.POST)
    return _ask_again(request, presentation, RefusedAnswer(typed, "", request.POST.get("shown", "")))


@login_required
@require_POST
def check_part(request: StudentRequest) -> HttpResponse:
    """Check one part by itself, and show it in the question's page with what was typed so far."""
    presentation = _posted_question(request)
    refused = answering.check_part(request, presentation)
    if refused is None:
        return HttpResponse(headers={"HX-Redirect": reverse("review")}) if is_partial(request) else redirect("review")
    return _ask_again(request, presentation, refused)


@require_GET
def read(request: HttpRequest) -> HttpResponse:
    """How what is being typed is read: the one field that is sent, whichever part of a question it is of."""
    fields = {name: str(value) for name, value in request.GET.items() if name not in ("kind", "reading")}
    (value, *_) = fields.values() or [""]
    echo = kinds.echo(request.GET.get("kind", ""), value, request.GET.get("reading", ""))
    return render(request, "quizzes/_echo.html", {"echo": echo})


@login_required
@require_GET
def summary(request: StudentRequest) -> HttpResponse:
    """The end of a session: how the day went, and what comes next."""
    practice.stop(request)
    if not request.user.enrolments.studied().exists():
        return redirect("today")
    session, minutes = study_session.load(request), study_session.minutes_chosen(request)
    is_through = session is not None and not _load_queue(request, limit=0).remaining
    study_session.stop(request)
    queue = schedule.load_queue(request.user, limit=1, current=True)
    context = {
        "page": "today",
        "queue": queue,
        "day": progress.summarize_day(request.user, queue.day),
        "worked": progress.find_worked_concepts(request.user, queue.day),
        "minutes": minutes if is_through else None,
        "lengths": study_session.lengths(queue),
    }
    return render(request, "quizzes/summary.html", context)


# Asking


def _load_queue(request: StudentRequest, *, limit: int) -> schedule.Queue:
    """Load the queue of the session that the student set out for, else of the day."""
    session = None if practice.is_on(request) else study_session.load(request)
    return schedule.load_queue(request.user, limit=limit, session=session)


def _ask(request: StudentRequest, presentation: Presentation | None = None) -> HttpResponse:
    queue = _load_queue(request, limit=1)
    if presentation is None and queue.to_read_now and not practice.is_on(request):
        return _part(request, "reading", _reading(request, queue, queue.to_read_now), reverse("review"))
    if presentation is None:
        presentation = (
            practice.next_question(request) if practice.is_on(request) else next(iter(queue.presentations), None)
        )
    if presentation is None:
        summary = reverse("review-summary")
        return HttpResponse(headers={"HX-Redirect": summary}) if is_partial(request) else redirect(summary)
    undoable = reviews.last_undoable(request.user, queue.day.date)
    context = _question(request, presentation, queue) | {"last": undoable.event_id if undoable else None}
    return _part(request, "question", context, reverse("review"))


def _question(
    request: StudentRequest,
    presentation: Presentation,
    queue: schedule.Queue,
    refused: RefusedAnswer | None = None,
) -> Context:
    return {
        "progress": _progress(queue, request, answered=False),
        "event": uuid.uuid4(),
        "confidence": CONFIDENCE,
        **answering.question_context(presentation, refused),
    }


def _reading(request: StudentRequest, queue: schedule.Queue, section: ToReadPayload) -> Context:
    open_cards = {str(task.card) for task in queue.tasks}
    waiting = len(open_cards.intersection(section["cards"]))
    return {"progress": _progress(queue, request, answered=False), "reading": section, "waiting": waiting}


def _progress(queue: schedule.Queue, request: StudentRequest, *, answered: bool) -> Context:
    if practice.is_on(request):
        return practice.progress(request, answered=answered)
    session = study_session.load(request)
    total, open_tasks = (session.total if session else queue.planned), len(queue.tasks) - queue.again
    done = max(total - open_tasks, 0)
    return {
        "done": done,
        "at": done if answered else min(done + 1, total),
        "total": total,
        "left": queue.remaining,
        "again": 0 if open_tasks else queue.again,
        "percent": round(100 * done / total) if total else 100,
        "seconds_left": queue.remaining_seconds,
    }


# Answering


def _answer(request: StudentRequest) -> HttpResponse:
    """Report the answer, unless the question has one: the form was sent twice, or answered in another tab."""
    presentation = _posted_question(request)
    answered = _load_answer(presentation) if vars(presentation)["is_answered"] else None
    is_withheld = vars(presentation)["in_open_sitting"]
    if answered is None:
        reported = answering.report_answer(request, presentation)
        if isinstance(reported, RefusedAnswer):
            return _ask_again(request, presentation, reported)
        answered = reported or _load_answer(presentation)
        practice.leave_out(request, presentation.version.item_id)
    if is_withheld:
        return _withhold(request)
    if answered is None:
        # The answer was undone elsewhere before this form was sent again.
        return _ask(request, presentation)
    if kinds.get(presentation.version.kind).is_self_rated and not kinds.is_dont_know(answered.response):
        # All was seen before it was rated.
        _keep_total(request)
        return _ask(request) if is_partial(request) else redirect("review")
    if not is_partial(request):
        _keep_total(request)
        return redirect("review-answer", answered.event)
    return _feedback(request, answered, presentation, notebook.read_page(presentation))


def _keep_total(request: StudentRequest, queue: schedule.Queue | None = None) -> None:
    """From the first answer on the session's total stays, whatever becomes of the plan."""
    if not practice.is_on(request) and study_session.load(request) is None:
        study_session.keep_going(request, queue or _load_queue(request, limit=0))


def _withhold(request: StudentRequest) -> HttpResponse:
    """Say that the question is asked in an open exam, whose end its key has to wait for."""
    messages.info(request, "That question is in an exam you have open. Its explanation is shown after you hand in.")
    if is_partial(request):
        return HttpResponse(headers={"HX-Redirect": reverse("exams")})
    return redirect("exams")


def _ask_again(request: StudentRequest, presentation: Presentation, refused: RefusedAnswer) -> HttpResponse:
    queue = _load_queue(request, limit=0)
    return _part(request, "question", _question(request, presentation, queue, refused), reverse("review"))


def _feedback(
    request: StudentRequest, answered: ShownAnswer, presentation: Presentation, kept: notebook.NotebookPage
) -> HttpResponse:
    payload = presentations.payload(presentation)
    queue = _load_queue(request, limit=0)
    if request.method == "POST":
        _keep_total(request, queue)
    context = {
        "progress": _progress(queue, request, answered=True),
        "event": answered.event,
        "item": presentation.version.item.slug,
        "course": presentation.version.item.course.slug,
        "kept": kept,
        "due": queue.comes_back(answered.cards),
        "leech": _load_leech(request, answered, presentation, queue),
        **answering.graded_context(payload, answered.grade, answered.response),
    }
    return _part(request, "feedback", context, reverse("review-answer", args=[answered.event]))


def _load_leech(
    request: StudentRequest, answered: ShownAnswer, presentation: Presentation, queue: schedule.Queue
) -> progress.Neighbourhood | None:
    """The concept of what keeps being forgotten and now rests, with what it needs first; None where that is not so."""
    if not any(uuid.UUID(card["card"]) in queue.resting for card in answered.cards):
        return None
    concept = Concept.objects.get(version_tags__version=presentation.version_id, version_tags__position=0)
    return progress.load_neighbourhood(concept, request.user)


def _questions(request: StudentRequest) -> QuerySet[Presentation]:
    """Return the student's questions but those of sittings, which are answered, and whose answers are shown, there."""
    return Presentation.objects.filter(student=request.user, in_sitting=False).with_versions()


def _build_posted() -> QuerySet[Presentation]:
    """With whether it has an answer, and whether an open sitting asks its item too.

    And with what the student keeps beside it, and the revision of its course.
    """
    student = number("student")
    answers = ReviewEvent.objects.counting().filter(presentation=OuterRef("pk"), type=ReviewEvent.Type.REVIEW)
    return (
        Presentation.objects.filter(student=student, pk=identifier("presentation"), in_sitting=False)
        .with_versions()
        .annotate(
            is_answered=Exists(answers),
            in_open_sitting=presentations.asked_in_sittings(student),
            revision=F("version__item__course__revision"),
            **notebook.page_columns(student, "version__item"),
        )
    )


_POSTED = Prepared(_build_posted)


def _posted_question(request: StudentRequest) -> Presentation:
    """Return the question that a form names. Raises Http404."""
    pk = answering.read_uuid(request.POST.get("presentation"))
    posted = _POSTED.run(student=request.user.pk, presentation=pk) if pk else []
    if not posted:
        raise Http404("There is no such question.")
    presentations.name_concepts_as_of(posted[0].version, vars(posted[0])["revision"])
    return posted[0]


_ANSWER = Prepared(
    lambda: (
        ReviewEvent.objects.counting()
        .filter(presentation=identifier("presentation"), type=ReviewEvent.Type.REVIEW)
        .select_related("corrected")
        .order_by("-sequence")[:1]
    )
)


def _load_answer(presentation: Presentation) -> ShownAnswer | None:
    event = next(iter(_ANSWER.run(presentation=presentation.pk)), None)
    return ShownAnswer.of(event, presentation) if event else None


def _part(request: StudentRequest, name: str, context: Context, address: str) -> HttpResponse:
    """Show the part `name`, which is found again at `address`: alone for htmx, else in its page."""
    if is_partial(request):
        response = render(request, f"quizzes/_{name}.html", context)
        response["HX-Replace-Url"] = address
        return response
    return render(request, "quizzes/review.html", {**context, "part": f"quizzes/_{name}.html"})
