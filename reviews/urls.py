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
    path("expertise/profil/", views.profile, name="profile"),
    path("expertise/profil/liens/", views.declare_tie, name="declare_tie"),
    path("expertise/profil/liens/<int:pk>/retirer/", views.withdraw_tie, name="withdraw_tie"),
    path("expertise/engagement/<int:number>/", views.undertaking, name="undertaking"),
    path("discussions/<str:reference>/", views.discussion, name="discussion"),
    path("discussions/<str:reference>/rapporteur/", views.designate, name="designate"),
    path("discussions/<str:reference>/consensus/", views.consensus, name="consensus"),
    path("discussions/<str:reference>/consensus/<int:version>/position/", views.position, name="position"),
    path("experts/", views.matrix, name="matrix"),
    path("experts/annuaire/", views.experts, name="experts"),
    path("instruction/<str:reference>/experts/", views.assignments, name="assignments"),
    path("jury/", views.sessions, name="sessions"),
    path("jury/liens/", views.rulings, name="rulings"),
    path("jury/liens/<int:pk>/", views.rule, name="rule"),
    path("jury/<int:number>/", views.session, name="session"),
    path("jury/<int:number>/ouvrir/", views.open_session, name="open_session"),
    path("jury/<int:number>/recalculer/", views.rank, name="rank"),
    path("jury/<int:number>/classement/", views.print_ranking, name="print_ranking"),
    path("jury/<int:number>/accord/", views.agreement, name="agreement"),
    path("jury/<int:number>/classement-attendu/", views.panel, name="panel"),
    path("jury/<int:number>/classement-attendu/recalculer/", views.ask_panel, name="ask_panel"),
    path("jury/<int:number>/cloture/", views.close, name="close"),
    path("jury/<int:number>/listes/", views.lists, name="lists"),
    path("jury/<int:number>/complementaire/", views.reserve, name="reserve"),
    path("jury/<int:number>/salle/", views.room, name="room"),
    path("jury/<int:number>/vote/<int:rank>/", views.vote, name="vote"),
    path("jury/<int:number>/dossiers/<str:reference>/", views.line, name="line"),
    path("hdh/", views.opinions, name="opinions"),
    path("hdh/<str:reference>/", views.opinion, name="opinion"),
]
