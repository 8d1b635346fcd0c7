"""Pages that exist only in the demo (the routes are absent elsewhere)."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from edsh_portal.models import Mail

from .cast import CAST, PASSWORD
from .gallery import sample


@login_not_required
@require_safe
def cast(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/cast.html", {"cast": CAST, "password": PASSWORD})


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    address = request.GET.get("a", "")[:254].replace("\x00", "")
    mails = Mail.objects.order_by("-id")
    page = Paginator(mails.filter(address=address) if address else mails, 25).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "address": address})


@login_not_required
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "demo/letter.html", {"mail": get_object_or_404(Mail, pk=pk)})


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "components/gallery.html", sample(request))
