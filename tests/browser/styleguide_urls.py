"""The routes where DEBUG is on."""

from django.urls import path

from examprep.styleguide import styleguide
from examprep.urls import urlpatterns as always

urlpatterns = [path("styleguide/", styleguide, name="styleguide"), *always]
