"""Pages of the evaluation."""

from django.urls import path

from . import views

app_name = "reviews"
urlpatterns = [
    path("expertise/", views.my_files, name="my_files"),
    path("expertise/<int:pk>/", views.read, name="read"),
    path("expertise/<int:pk>/declaration/", views.declare, name="declare"),
    path("expertise/<int:pk>/enregistrer/", views.save, name="save"),
    path("expertise/<int:pk>/echange/", views.sync, name="sync"),
    path("expertise/<int:pk>/choisir/<int:row>/", views.settle, name="settle"),
    path("expertise/<int:pk>/historique/<int:number>/", views.score_history, name="score_history"),
    path("expertise/<int:pk>/verrouiller/", views.lock, name="lock"),
    path("expertise/<int:pk>/deport/", views.recuse, name="recuse"),
    path("expertise/<int:pk>/pieces/<int:file>/", views.piece, name="piece"),
    path("experts/", views.matrix, name="matrix"),
    path("instruction/<str:reference>/experts/", views.assignments, name="assignments"),
    path("jury/", views.sessions, name="sessions"),
    path("jury/<int:number>/", views.session, name="session"),
    path("jury/<int:number>/ouvrir/", views.open_session, name="open_session"),
    path("jury/<int:number>/recalculer/", views.rank, name="rank"),
    path("jury/<int:number>/classement/", views.print_ranking, name="print_ranking"),
    path("jury/<int:number>/cloture/", views.close, name="close"),
    path("jury/<int:number>/vote/<int:rank>/", views.vote, name="vote"),
    path("jury/<int:number>/dossiers/<str:reference>/", views.line, name="line"),
    path("hdh/", views.opinions, name="opinions"),
    path("hdh/<str:reference>/", views.opinion, name="opinion"),
]
