"""Pages of the directory: coming in, one's account, people, establishments."""

from django.urls import path, re_path

from . import views
from .views.letters import ANSWERED_AT

app_name = "directory"
urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("connexion/cle/", views.session, name="session"),
    path("deconnexion/", views.sign_out, name="sign_out"),
    re_path(rf"^(?P<letter>{'|'.join(ANSWERED_AT)})/(?P<token>[^/]+)/$", views.open_letter, name="open_letter"),
    path("invitation/", views.accept_invitation, name="accept_invitation"),
    path("mot-de-passe-oublie/", views.forgotten_password, name="forgotten_password"),
    path("nouveau-mot-de-passe/", views.new_password, name="new_password"),
    path("demande-de-compte/", views.ask_account, name="ask_account"),
    path("suivi-de-demande/", views.follow_request, name="follow_request"),
    path("annuaire/demandes/", views.account_requests, name="account_requests"),
    path("annuaire/demandes/<int:pk>/", views.account_request, name="account_request"),
    path("annuaire/demandes/<int:pk>/accepter/", views.accept_request, name="accept_request"),
    path("annuaire/demandes/<int:pk>/refuser/", views.refuse_request, name="refuse_request"),
    path("mon-compte/", views.account, name="account"),
    path("mon-compte/langue/", views.change_language, name="change_language"),
    path("mon-compte/mot-de-passe/", views.change_password, name="change_password"),
    path("mon-compte/courriels/", views.choose_mails, name="choose_mails"),
    path("mon-compte/jetons/", views.tokens, name="tokens"),
    path("mon-compte/jetons/nouveau/", views.issue_token, name="issue_token"),
    path("mon-compte/jetons/<int:pk>/", views.token, name="token"),
    path("mon-compte/jetons/<int:pk>/revoquer/", views.revoke_token, name="revoke_token"),
    path("annuaire/personnes/", views.people, name="people"),
    path("annuaire/personnes/<int:pk>/", views.person, name="person"),
    path("annuaire/personnes/<int:pk>/roles/", views.grant_role, name="grant_role"),
    path("annuaire/personnes/<int:pk>/roles/<str:role>/retirer/", views.revoke_role, name="revoke_role"),
    path("annuaire/personnes/<int:pk>/rattachements/", views.affiliate, name="affiliate"),
    path("annuaire/personnes/<int:pk>/fermer/", views.deactivate, name="deactivate"),
    path("annuaire/personnes/<int:pk>/rouvrir/", views.reactivate, name="reactivate"),
    path("annuaire/rattachements/<int:pk>/terminer/", views.end_affiliation, name="end_affiliation"),
    path("annuaire/invitations/nouvelle/", views.invite, name="invite"),
    path("annuaire/invitations/<int:pk>/renouveler/", views.renew_invitation, name="renew_invitation"),
    path("annuaire/etablissements/", views.establishments, name="establishments"),
    path("annuaire/etablissements/nouveau/", views.create_establishment, name="create_establishment"),
    path("annuaire/etablissements/<int:pk>/", views.establishment, name="establishment"),
    path("annuaire/etablissements/<int:pk>/corriger/", views.correct_establishment, name="correct_establishment"),
    path("annuaire/etablissements/<int:pk>/membres/", views.add_gcs_member, name="add_gcs_member"),
    path("annuaire/etablissements/<int:pk>/inviter/", views.invite_colleague, name="invite_colleague"),
]
