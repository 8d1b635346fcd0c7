"""What a call asks of those who deposit before their decision is notified by electronic means."""

# Proposed to who writes the settings, who may say it otherwise; in French, like every text of legal value. CRPA R112-17 to R112-20.
CONSENT = """J’accepte expressément que la décision prise sur ce dossier soit notifiée par voie électronique, dans l’espace sécurisé du portail.

Un courriel prévient les représentants légaux dès que la décision y est déposée. Si personne ne l’ouvre, elle est réputée notifiée quinze jours après ce dépôt.

Sans cet accord, la décision est envoyée par lettre recommandée avec demande d’avis de réception."""
