"""Pages of decisions."""

from django.urls import path  # noqa: F401

app_name = "decisions"
urlpatterns: list = []
