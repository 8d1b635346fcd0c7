"""API of funding."""

urlpatterns: list = []
