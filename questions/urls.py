"""The pages of lessons, and the numbers behind their figures."""

from django.urls import include, path

from questions import views

of_lesson = [
    path("", views.lesson, name="lesson"),
    path("formulas/", views.formulas, name="lesson-formulas"),
]
urlpatterns = [
    path("lessons/<slug:slug>/", include(of_lesson)),
    path("courses/<slug:course>/lessons/<slug:slug>/", include(of_lesson)),
    path("figures/<slug:name>/<slug:digest>/", views.figure, name="figure"),
    path("media/<str:address>", views.picture, name="picture"),
]
