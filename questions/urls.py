"""The pages of lessons, and the numbers behind their figures."""

from django.urls import path

from questions import views

urlpatterns = [
    path("lessons/<slug:slug>/", views.lesson, name="lesson"),
    path("lessons/<slug:slug>/formulas/", views.formulas, name="lesson-formulas"),
    path("figures/<slug:name>/<slug:digest>/", views.figure, name="figure"),
    path("media/<str:address>", views.picture, name="picture"),
]
