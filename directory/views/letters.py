"""Letters whose link opens something. The link is opened at one place, whatever the letter: its secret leaves the address, where a
history, a screen or a copied link would show it, for a cookie of this visit that no script reads; the page that answers the letter finds it
there, and so does the database (edsh_portal/speaker.py)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from edsh_portal import speaker
from edsh_portal.workflow import Refused

# The first word of the link → the page that answers.
ANSWERED_AT = {
    "invitation": "accept_invitation",
    "nouveau-mot-de-passe": "new_password",
    "suivi-de-demande": "follow_request",
}


@login_not_required
@never_cache
@require_safe
def open_letter(request: HttpRequest, letter: str, token: str) -> HttpResponse:
    answer = redirect(f"directory:{ANSWERED_AT[letter]}")
    answer.set_cookie(
        settings.LETTER_COOKIE_NAME, speaker.sound(token), secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return answer


def opened(request: HttpRequest) -> str:
    """The secret of the letter that was opened in this visit."""
    return request.COOKIES.get(settings.LETTER_COOKIE_NAME, "")


def closed(answer: HttpResponse) -> HttpResponse:
    """The letter has served."""
    answer.delete_cookie(settings.LETTER_COOKIE_NAME, samesite="Lax")
    return answer


def over(request: HttpRequest, refused: Refused, *, again: str) -> HttpResponse:
    """A link that opens nothing any more; `again`: the page where another is asked for, if anyone may."""
    return render(request, "directory/letter_over.html", {"refused": refused, "again": again}, status=410)
