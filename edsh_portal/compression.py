"""Pages leave packed, for whoever asks from the portal itself.

BREACH reads a secret in a page by the length it is packed in, beside words that the attacker makes the page repeat: it takes requests
that another site makes in somebody's name, thousands of times. The browser says who makes them (Sec-Fetch-Site), and what another site
asks for leaves as it is; so does what is asked by a browser that does not say. Of the rest, the csrf token is masked anew on each
page, and Django hides the length behind bytes of a random number.

Styles and scripts hold no secret: whitenoise sends what `collectstatic` has packed; where nothing is collected (the demonstration) they
are packed as they leave. Exports and documents are what they are.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

OWN = ("same-origin", "none")  # none: an address that is typed, or kept
STATIC = ("text/css", "text/javascript", "image/svg+xml")


def compression(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    packing: Any = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.status_code == 200 and kind in STATIC and request.path.startswith(settings.STATIC_URL):
            return packing.process_response(request, response)
        page = kind == "text/html" and not response.streaming
        own = request.headers.get("Sec-Fetch-Site") in OWN
        return packing.process_response(request, response) if page and own else response

    return middleware
