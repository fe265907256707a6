"""The pages of a student's day."""

from django.urls import path

from quizzes.views import concepts, exams, lessons, progress, reminders, review, search, sittings, today, unsent

urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/more/", today.more, name="more"),
    path("today/ahead/", today.ahead, name="ahead"),
    path("today/minutes/", today.minutes, name="minutes"),
    path("today/off/", today.day_off, name="day-off"),
    path("enrol/<slug:course>/", today.enrol, name="enrol"),
    path("reminders/stop/<str:token>/", reminders.stop, name="reminders-stop"),
    path("reminders/push/", reminders.browser, name="reminders-push"),
    path("worker.js", reminders.worker, name="worker"),
    path("lessons/<slug:slug>/read/", lessons.read, name="lesson-read"),
    path("lessons/<slug:slug>/quick-check/", lessons.quick_check_page, name="quick-check"),
    path("lessons/<slug:slug>/try/<slug:item>/", lessons.variant, name="try"),
    path("concepts/", concepts.map_page, name="concepts"),
    path("concepts/<slug:slug>/", concepts.concept_page, name="concept"),
    path("exams/", exams.center, name="exams"),
    path("exams/<slug:slug>/", exams.exam_page, name="exam"),
    path("sittings/<uuid:id>/", sittings.sitting_page, name="sitting"),
    path("sittings/<uuid:id>/slots/<int:number>/", sittings.slot_part, name="slot"),
    path("sittings/<uuid:id>/rounds/<int:number>/", sittings.round_step, name="round"),
    path("sittings/<uuid:id>/submit/", sittings.submit, name="submit"),
    path("practise/", exams.practise, name="practise"),
    path("progress/", progress.progress_page, name="progress"),
    path("search/", search.search_page, name="search"),
    path("unsent/", unsent.unsent, name="unsent"),
    path("review/", review.review, name="review"),
    path("review/read/", review.read, name="review-read"),
    path("review/undo/", review.undo, name="review-undo"),
    path("review/bury/", review.bury, name="review-bury"),
    path("review/summary/", review.summary, name="review-summary"),
    path("review/<uuid:event>/", review.answer, name="review-answer"),
]
