"""The request of a page that nobody reaches without signing in (LoginRequiredMiddleware)."""

from django.http import HttpRequest

from ..models import User


class Signed(HttpRequest):
    user: User
