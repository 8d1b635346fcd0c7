"""Pages of decisions."""

from django.urls import path

from . import views

app_name = "decisions"
urlpatterns = [
    path("programmation/", views.proposals, name="proposals"),
    path("programmation/releve/<int:number>/", views.programme_wave, name="programme_wave"),
    path("programmation/releve/<int:number>/conseil/", views.programme_advice, name="programme_advice"),
    path("programmation/scenarios/<int:pk>/", views.scenario, name="scenario"),
    path("programmation/scenarios/<int:pk>/proposer/", views.freeze_scenario, name="freeze_scenario"),
    path("programmation/scenarios/<int:pk>/comparer/<int:other>/", views.compare_scenarios, name="compare_scenarios"),
    path("programmation/scenarios/<int:pk>/dossiers/<str:reference>/", views.draw_dossier, name="draw_dossier"),
    path("programmation/approuver/", views.approve_many, name="approve_many"),
    path("programmation/<str:reference>/", views.propose, name="propose"),
    path("programmation/<str:reference>/approuver/", views.approve, name="approve"),
    path("programmation/<str:reference>/renvoyer/", views.return_proposal, name="return_proposal"),
    path("appel/mentions-des-lettres/", views.letter_terms, name="letter_terms"),
    path("programmation/<str:reference>/appeler/", views.call_reserve, name="call_reserve"),
    path("decisions/", views.batch, name="batch"),
    path("decisions/avancement/", views.batch_progress, name="batch_progress"),
    path("decisions/avancement/reprendre/", views.restart, name="restart"),
    path("decisions/publier/", views.release, name="release"),
    path("decisions/publier/heure/", views.planned, name="planned"),
    path("decisions/delegations/", views.delegations, name="delegations"),
    path("decisions/delegations/proposer/", views.propose_delegation, name="propose_delegation"),
    path("decisions/delegations/<int:pk>/fin/", views.propose_delegation_end, name="propose_delegation_end"),
    path("decisions/<str:number>/", views.decision, name="decision"),
    path("decisions/<str:number>/document/", views.document, name="document"),
    path("decisions/<str:number>/retour/", views.feedback, name="feedback"),
    path("decisions/<str:number>/retour/document/", views.feedback_file, name="feedback_file"),
    path("decisions/<str:number>/lettre/", views.registered_letter, name="registered_letter"),
    path("decisions/<str:number>/ouvrir/", views.open_decision, name="open_decision"),
    path("decisions/<str:number>/rappeler/", views.recall, name="recall"),
    path("decisions/<str:number>/retirer/", views.revoke, name="revoke"),
    path("verifier/", views.verify, name="verify"),
    path("verifier/<str:number>/<str:sha256>/", views.verify_number, name="verify_number"),
]
