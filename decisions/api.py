"""API of decisions."""

urlpatterns: list = []
