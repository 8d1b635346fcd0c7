"""Addresses that have moved: whoever kept an old one is led to the new one, and what they send goes with them."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import path, reverse

# {old address: the page that is there now}, with the same parameters
MOVED = {
    "i18n/setlang/": "set_language",
    "finances/paiements/<int:pk>/certify/": "funding:certify",
    "finances/paiements/<int:pk>/order/": "funding:order",
    "finances/paiements/<int:pk>/pay/": "funding:pay",
    "finances/paiements/<int:pk>/uncertify/": "funding:uncertify",
    "finances/paiements/<int:pk>/cancel_order/": "funding:cancel_order",
    "finances/paiements/<int:pk>/cancel/": "funding:cancel",
    "finances/conventions/<int:pk>/sign/": "funding:sign_convention",
    "decisions/<str:number>/revoke/": "decisions:revoke",
}


def _to(page: str) -> Callable[..., HttpResponsePermanentRedirect]:
    """308 for what is sent, which a browser then sends again as it was; 301 for what is read."""

    @login_not_required  # whether somebody may go there is asked there
    def moved(request: HttpRequest, **kwargs: Any) -> HttpResponsePermanentRedirect:
        query = request.META["QUERY_STRING"]
        there = reverse(page, kwargs=kwargs) + (f"?{query}" if query else "")
        return HttpResponsePermanentRedirect(there, preserve_request=request.method not in ("GET", "HEAD"))

    return moved


urlpatterns = [path(old, _to(page)) for old, page in MOVED.items()]
