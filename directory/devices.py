"""Known devices: a browser where somebody has signed in keeps a signed proof of it, one a person, for half a year.

The proof is bound to the account and to what its sessions are bound to: whatever closes every session of a person (a new
password, an account shut, a role taken back) makes all their devices unknown. It opens nothing: it only says that whoever types
this person's password here is most likely this person.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import User

SALT = "directory.device"
LIFE = 180 * 86_400  # seconds since the last sign-in
MOST = 20  # people of one browser

Proof = tuple[int, str, str]  # person, device, mark of their credentials


def known(request: HttpRequest, user: User | None) -> str:
    """The name of this browser as a device of that person; empty when it is none."""
    # The mark is made whoever is asked about: nothing in the time of the answer tells who exists.
    mark = _mark(user or User())
    for person, device, held in _proofs(request):
        if user is not None and user.is_active and person == user.pk and constant_time_compare(held, mark):
            return device
    return ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """This browser is a device of that person from now on; it keeps its name if it had one."""
    others = [proof for proof in _proofs(request) if proof[0] != user.pk]
    mine = (user.pk, known(request, user) or secrets.token_urlsafe(12), _mark(user))
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([mine, *others][:MOST], salt=SALT),
        max_age=LIFE,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def _proofs(request: HttpRequest) -> list[Proof]:
    try:
        found = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return []
    return [(person, device, mark) for person, device, mark in found]


def _mark(user: User) -> str:
    return salted_hmac(SALT, f"{user.pk}|{user.get_session_auth_hash()}", algorithm="sha256").hexdigest()[:32]
