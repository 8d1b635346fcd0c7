"""Demo pages: who is who, and the mailbox that shows every mail the portal sent."""

from django.urls import path

from . import views

app_name = "demo"
urlpatterns = [
    path("", views.cast, name="cast"),
    path("courrier/", views.mailbox, name="mailbox"),
    path("courrier/<int:pk>/", views.letter, name="letter"),
    path("composants/", views.gallery, name="gallery"),
]
