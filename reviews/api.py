"""API of reviews."""

urlpatterns: list = []
