"""API of applications."""

urlpatterns: list = []
