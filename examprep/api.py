"""The API's own views, and every route of `/api/v1/`."""

from __future__ import annotations

from django.db import transaction
from django.urls import path, re_path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from examprep import (
    account_api,
    openapi,  # noqa: F401 - tells the OpenAPI document about payloads and logins
)
from examprep.account_pages import load_person
from examprep.models import User
from examprep.openapi_view import SchemaView
from examprep.problems import unknown_path
from questions import api as questions
from questions.current_course import CourseError, find_current_course, find_own_course
from questions.models import Course
from quizzes import api as quizzes
from quizzes import reviews, schedule
from quizzes.api.requests import StrictSerializer
from quizzes.reviews import KeptDay


class MeSerializer(StrictSerializer, serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = (
            "username",
            "time_zone",
            "day_rollover_hour",
            "kept_day",
            "daily_minutes",
            "desired_retention",
            "reminders",
            "reminder_hour",
            "theme",
            "text_size",
            "current_course",
        )
        read_only_fields = ("username",)

    current_course = serializers.SlugField(
        required=False,
        allow_null=True,
        help_text="The slug of the course that calls mean which name none. Null for who has no course; sent, it takes"
        " the choice back: the oldest of the caller's own then.",
    )

    kept_day = serializers.SerializerMethodField(
        help_text="The study day that the last change of zone or hour left as it was; the day after it begins then."
    )

    def get_kept_day(self, user: User) -> KeptDay | None:
        """Return the day that is kept, if any."""
        return reviews.kept_day_payload(user)

    def validate_current_course(self, slug: str | None) -> Course | None:
        """Return the course, which has to be one of the caller's own; None for no choice."""
        if slug is None:
            return None
        try:
            return find_own_course(self.context["request"].user, slug)
        except CourseError as refused:
            raise serializers.ValidationError(str(refused)) from None

    def to_representation(self, instance: User) -> dict[str, object]:
        """Return the settings, with the course that is looked at, chosen or not."""
        course = find_current_course(instance)
        shown = super().to_representation(instance)
        return {**shown, "current_course": course.slug if course else None}

    def update(self, instance: User, validated_data: dict[str, object]) -> User:
        """Store the settings with all that follows from them."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        schedule.change_settings(instance)
        return instance


class MeView(APIView):
    """The caller's own account and study settings."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Read the caller's own account and study settings."""
        return Response(MeSerializer(load_person(request)).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change settings; what is left out stays."""
        assert isinstance(request.user, User)
        with transaction.atomic():
            # What another device changes meanwhile is not written over with what was read before.
            reviews.change_log.lock(request.user, timezone.now())
            serializer = MeSerializer(
                load_person(request), data=request.data, partial=True, context={"request": request}
            )
            serializer.is_valid(raise_exception=True)
            serializer.save()
        return Response(serializer.data)

    @extend_schema(request=account_api.PasswordSerializer, responses={202: account_api.ErasurePayload})
    def delete(self, request: Request) -> Response:
        """Have the account erased within a day; it takes the password, or a login of the last five minutes."""
        return Response(account_api.ask_for_erasure(request), status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("me/", MeView.as_view()),
    path("me/export/", account_api.ExportView.as_view()),
    path("me/sessions/", account_api.LoginList.as_view()),
    path("me/sessions/<int:id>/", account_api.LoginDetail.as_view()),
    path("me/calendar/", quizzes.CalendarView.as_view()),
    path("me/erasure/", account_api.ErasureView.as_view()),
    path("devices/<uuid:id>/", quizzes.DeviceView.as_view()),
    path("courses/", quizzes.CourseList.as_view()),
    path("courses/<slug:slug>/enrolment/", quizzes.EnrolmentView.as_view()),
    path("courses/<slug:slug>/diagnostic/", quizzes.DiagnosticView.as_view()),
    path("lessons/", questions.LessonList.as_view()),
    path("lessons/<slug:slug>/", questions.LessonDetail.as_view()),
    path("lessons/<slug:slug>/quick-check/", quizzes.QuickCheckView.as_view()),
    path("lessons/<slug:slug>/sections/", quizzes.SectionsView.as_view()),
    path("lessons/<slug:slug>/sections/<str:heading>/reading/", quizzes.SectionReadingView.as_view()),
    path("simulators/<slug:name>/", questions.SimulatorDetail.as_view()),
    path("concepts/", quizzes.ConceptList.as_view()),
    path("today/", quizzes.TodayView.as_view()),
    path("today/ahead/", quizzes.AheadView.as_view()),
    path("today/day-off/", quizzes.DayOffView.as_view()),
    path("today/more/", quizzes.MoreView.as_view()),
    path("today/notices/<int:id>/", quizzes.NoticeView.as_view()),
    path("practice/", quizzes.PracticeView.as_view()),
    path("queue/", quizzes.QueueView.as_view()),
    path("packs/", quizzes.PackView.as_view()),
    path("sync/", quizzes.SyncView.as_view()),
    path("presentations/<uuid:id>/hints/", quizzes.HintView.as_view()),
    path("presentations/<uuid:id>/reports/", quizzes.ReportView.as_view()),
    path("presentations/<uuid:id>/work/", quizzes.WorkView.as_view()),
    path("items/<slug:item>/work/", quizzes.ItemWork.as_view()),
    path("presentations/<uuid:id>/parts/<slug:part>/", quizzes.PartView.as_view()),
    path("presentations/<uuid:id>/reveal/", quizzes.RevealView.as_view()),
    path("numbers/read/", quizzes.EchoView.as_view()),
    path("reviews/batch/", quizzes.ReviewBatch.as_view()),
    path("exams/", quizzes.ExamList.as_view()),
    path("exams/<slug:slug>/", quizzes.ExamDetail.as_view()),
    path("exams/<slug:slug>/sittings/", quizzes.SittingOpen.as_view()),
    path("sittings/", quizzes.SittingList.as_view()),
    path("sittings/<uuid:id>/", quizzes.SittingDetail.as_view()),
    path("sittings/<uuid:id>/answers/<int:slot>/", quizzes.SittingAnswer.as_view()),
    path("sittings/<uuid:id>/flags/<int:slot>/", quizzes.SittingFlag.as_view()),
    path("sittings/<uuid:id>/rounds/<int:slot>/start/", quizzes.SittingStart.as_view()),
    path("sittings/<uuid:id>/rounds/<int:slot>/finish/", quizzes.SittingFinish.as_view()),
    path("sittings/<uuid:id>/rounds/<int:slot>/oral/", quizzes.SittingOral.as_view()),
    path("sittings/<uuid:id>/submit/", quizzes.SittingSubmit.as_view()),
    path("sittings/<uuid:id>/result/", quizzes.SittingResult.as_view()),
    path("bookmarks/", quizzes.BookmarkList.as_view()),
    path("bookmarks/<slug:item>/", quizzes.BookmarkDetail.as_view()),
    path("notes/<slug:item>/", quizzes.NoteDetail.as_view()),
    path("items/<slug:item>/answers/", quizzes.HistoryView.as_view()),
    path("progress/", quizzes.ProgressView.as_view()),
    path("search/", quizzes.SearchView.as_view()),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^(?P<path>(?s:.*))$", unknown_path),
]
