"""Pages of funding."""

from django.urls import path

from . import views

app_name = "funding"
urlpatterns = [
    path("finances/enveloppe/", views.envelope, name="envelope"),
    path("finances/enveloppe/nouvelle-version/", views.open_envelope, name="open_envelope"),
    path("finances/enveloppe/plafond/", views.set_ceiling, name="set_ceiling"),
    path("finances/exercices/<int:year>/", views.closing, name="closing"),
    path("finances/exercices/<int:year>/cloturer/", views.close_year, name="close_year"),
    path("finances/exercices/<int:year>.<str:ending>", views.closing_file, name="closing_file"),
    path("finances/paiements/", views.payments, name="payments"),
    path("finances/paiements.<str:ending>", views.payments_file, name="payments_file"),
    path("finances/paiements/payer-en-lot/", views.pay_many, name="pay_many"),
    path("finances/paiements/<int:pk>/", views.instalment, name="instalment"),
    path("finances/paiements/<int:pk>/certifier/", views.certify, name="certify"),
    path("finances/paiements/<int:pk>/ordonnancer/", views.order, name="order"),
    path("finances/paiements/<int:pk>/payer/", views.pay, name="pay"),
    path("finances/paiements/<int:pk>/renvoyer/", views.uncertify, name="uncertify"),
    path("finances/paiements/<int:pk>/annuler-ordonnancement/", views.cancel_order, name="cancel_order"),
    path("finances/paiements/<int:pk>/annuler/", views.cancel, name="cancel"),
    path("finances/conditions/<int:pk>/", views.meet_condition, name="meet_condition"),
    path("finances/aides/<int:pk>/", views.grant, name="grant"),
    path("finances/parts/<int:pk>/convention/", views.prepare_convention, name="prepare_convention"),
    path("finances/conventions/", views.conventions, name="conventions"),
    path("finances/conventions/<int:pk>/", views.convention, name="convention"),
    path("finances/conventions/<int:pk>/document/", views.convention_file, name="convention_file"),
    path("finances/conventions/<int:pk>/signer/", views.sign_convention, name="sign_convention"),
    path("finances/conventions/<int:pk>/remettre/", views.hand_in_copy, name="hand_in_copy"),
    path("finances/conventions/<int:pk>/remises/<int:copy>/", views.copy_file, name="copy_file"),
    path("finances/conventions/<int:pk>/reprendre/", views.rework_convention, name="rework_convention"),
    path("finances/conventions/<int:pk>/signature-de-l-etat/", views.propose_signature, name="propose_signature"),
    path(
        "finances/conventions/<int:pk>/signer-pour-l-etat/", views.countersign_convention, name="countersign_convention"
    ),
    path("finances/aides/<int:pk>/accord/", views.file_agreement, name="file_agreement"),
    path("finances/accords/<int:pk>/", views.agreement_file, name="agreement_file"),
    path("finances/accords/<int:pk>/valider/", views.validate_agreement, name="validate_agreement"),
    path("finances/accords/<int:pk>/renvoyer/", views.return_agreement, name="return_agreement"),
    path("finances/conventions/<int:pk>/iban/", views.propose_iban, name="propose_iban"),
    path("finances/conventions/<int:pk>/iban/<int:account>/valider/", views.validate_iban, name="validate_iban"),
    path("finances/conventions/<int:pk>/iban/<int:account>/rib/", views.iban_file, name="iban_file"),
    path("finances/conventions/<int:pk>/versement/", views.plan_instalment, name="plan_instalment"),
    path("finances/conventions/<int:pk>/reversement/", views.recover, name="recover"),
    path("finances/reversements/<int:pk>/contre-passer/", views.reverse_recovery, name="reverse_recovery"),
    path("finances/journal/", views.journal, name="journal"),
    path("finances/journal.<str:ending>", views.journal_file, name="journal_file"),
    path("finances/journal/<int:pk>/", views.posting, name="posting"),
    path("finances/comptes/", views.accounts, name="accounts"),
    path("finances/comptes.<str:ending>", views.accounts_file, name="accounts_file"),
    path("finances/comptes/<str:code>.<str:ending>", views.account_file, name="account_file"),
    path("finances/comptes/<str:code>/", views.account, name="account"),
]
