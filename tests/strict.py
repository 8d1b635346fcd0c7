"""What every answer carries, whoever asks: the portal's own policy to the word, nothing guessed, no frame; and the key of each form."""

import re

from django.http import HttpResponse

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "connect-src 'self'",
    "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "manifest-src 'self'",
}  # fmt: skip

FILE = POLICY | {"sandbox"}
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)


def keyless(page: str) -> list[str]:
    """The forms of a page that would be refused: sent by POST, without the key that says who opened them."""
    posted = [(how, inside) for how, inside in FORM.findall(page) if re.search(r'method="?post', how, re.IGNORECASE)]
    return [how for how, inside in posted if not re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', inside)]


def strict(response: HttpResponse) -> bool:
    """The portal's own policy, to the word; or a file's, which nothing may do anything with."""
    told = {part.strip() for part in response.get("Content-Security-Policy", "").split(";") if part.strip()}
    return told == POLICY or (told == FILE and response["Content-Disposition"].startswith("attachment"))


def stands(response: HttpResponse, *, signed_in: bool) -> None:
    """A page: its headers, its forms; what a person sees is kept by nobody."""
    assert strict(response), response.get("Content-Security-Policy")
    assert response["X-Content-Type-Options"] == "nosniff" and response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert keyless(response.content.decode()) == []
    if signed_in:
        assert response["Cache-Control"] == "no-store"
