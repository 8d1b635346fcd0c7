"""Pages of the evaluation."""

from django.urls import path

from . import views

app_name = "reviews"
urlpatterns = [
    path("expertise/", views.my_files, name="my_files"),
    path("expertise/<int:pk>/", views.read, name="read"),
    path("expertise/<int:pk>/declaration/", views.declare, name="declare"),
    path("expertise/<int:pk>/enregistrer/", views.save, name="save"),
    path("expertise/<int:pk>/total/", views.total, name="total"),
    path("expertise/<int:pk>/verrouiller/", views.lock, name="lock"),
    path("expertise/<int:pk>/deport/", views.recuse, name="recuse"),
    path("expertise/<int:pk>/pieces/<int:file>/", views.piece, name="piece"),
    path("expertise/profil/", views.profile, name="profile"),
    path("expertise/profil/liens/", views.declare_tie, name="declare_tie"),
    path("expertise/profil/liens/<int:pk>/retirer/", views.withdraw_tie, name="withdraw_tie"),
    path("expertise/engagement/<int:number>/", views.undertaking, name="undertaking"),
    path("experts/", views.matrix, name="matrix"),
    path("experts/repartition/<int:number>/", views.ask_allocation, name="ask_allocation"),
    path("experts/projet/<int:pk>/", views.allocation, name="allocation"),
    path("experts/projet/<int:pk>/arreter/", views.stop_allocation, name="stop_allocation"),
    path("experts/projet/<int:pk>/placer/", views.place, name="place"),
    path("experts/projet/<int:pk>/envoyer/", views.send_allocation, name="send_allocation"),
    path("experts/annuaire/", views.experts, name="experts"),
    path("instruction/<str:reference>/experts/", views.assignments, name="assignments"),
    path("instruction/<str:reference>/competences/", views.need, name="need"),
    path("jury/", views.sessions, name="sessions"),
    path("jury/liens/", views.rulings, name="rulings"),
    path("jury/liens/<int:pk>/", views.rule, name="rule"),
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
