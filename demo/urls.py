"""Demo pages: the mailbox."""

app_name = "demo"
urlpatterns: list = []
