"""Letters whose link opens something: the secret is made when the letter is written, and is nowhere else in clear."""

import secrets

from django.db import connection, models

from .start import digest


def seal_letter(subject: models.Model) -> str:
    """The secret of the letter being written about this, told once. Called in the transaction that writes the letter; no event."""
    token = secrets.token_urlsafe(32)
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter_seal(%s, %s, %s)", [subject._meta.label_lower, subject.pk, digest(token)])
    return token
