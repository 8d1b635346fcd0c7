"""API of dashboards."""

urlpatterns: list = []
