"""Pages composed of several floors."""

from django.urls import path

from . import views

app_name = "dashboards"
urlpatterns = [
    path("", views.call, name="call"),
    path("accueil/", views.home, name="home"),
    path("tableau-de-bord/", views.dashboard, name="dashboard"),
    path("tableau-de-bord/dossiers.<str:ending>", views.waves_file, name="waves_file"),
    path("tableau-de-bord/financement.<str:ending>", views.funding_file, name="funding_file"),
    path("tableau-de-bord/couverture.<str:ending>", views.coverage_file, name="coverage_file"),
    path("dossiers/", views.register, name="register"),
    path("dossiers/liste.<str:ending>", views.register_file, name="register_file"),
    path("dossiers/<str:reference>/suivi/", views.timeline, name="timeline"),
    path("recherche/", views.search, name="search"),
    path("actes/", views.acts, name="acts"),
    path("actes/<int:pk>/", views.act, name="act"),
    path("actes/<int:pk>/approuver/", views.approve_act, name="approve_act"),
    path("actes/<int:pk>/renvoyer/", views.return_act, name="return_act"),
    path("actes/<int:pk>/reprendre/", views.take_back_act, name="take_back_act"),
    path("taches/", views.jobs, name="jobs"),
    path("taches/<int:pk>/relancer/", views.retry, name="retry"),
    path("boites/", views.boxes, name="boxes"),
    path("boites/dossiers/<str:reference>/", views.ask_box, name="ask_box"),
    path("boites/<int:pk>/", views.box, name="box"),
    path("boites/<int:pk>/avancement/", views.box_progress, name="box_progress"),
    path("boites/<int:pk>/remise/", views.hand_box, name="hand_box"),
    path("boites/<int:pk>/boite.zip", views.box_file, name="box_file"),
    path("faits/", views.events, name="events"),
    path("consultations/", views.reads, name="reads"),
    path("verification-du-portail/", views.verification, name="verification"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("interface-de-programmation/", views.interface, name="interface"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("plan-du-site/", views.sitemap, name="sitemap"),
]
