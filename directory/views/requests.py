"""An account that is asked for: the public form, its letter, those who decide."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import throttle
from edsh_portal.access import fetch
from edsh_portal.forms import Form, carried
from edsh_portal.lists import page_of
from edsh_portal.workflow import Refused

from .. import actions, attempts
from ..forms import AcceptRequestForm, AskAccountForm, RefuseRequestForm
from ..models import AccountRequest, Affiliation
from ..permissions import can_decide_request
from . import letters
from .session import come_back
from .signed import Signed

PAGE = "directory/ask_account.html"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_account(request: Signed) -> HttpResponse:
    """The same answer whether the address has an account or not: only its letter tells."""
    form = AskAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if wait := throttle.charge(attempts.of_letter(request, form.cleaned_data["email"])):
            return come_back(request, PAGE, form, wait, attempts.letter_sentence(wait))
        if carried(form, lambda _data: actions.ask_account(**form.person())):
            return redirect(f"{reverse('directory:ask_account')}?envoye=1")
    return render(request, PAGE, {"form": form, "sent": "envoye" in request.GET})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_request(request: Signed) -> HttpResponse:
    """The letter that was opened: one button proves the address, then the page says where the request stands."""
    token = letters.opened(request)
    try:
        asked = actions.prove_address(token) if request.method == "POST" else actions.followed(token)
    except Refused as refused:
        return letters.over(request, refused, again=reverse("directory:ask_account"))
    if request.method == "POST":
        return redirect("directory:follow_request")
    context = {"asked": asked, "represented": _represented(asked)}
    return render(request, "directory/follow_request.html", context)


def _represented(asked: AccountRequest) -> bool:
    """Whether somebody represents the establishment here, who decides as the service does."""
    return Affiliation.objects.reached().filter(establishment=asked.establishment, kind="signatory").exists()


@require_safe
def account_requests(request: Signed) -> HttpResponse:
    page = page_of(request, AccountRequest.objects.visible_to(request.user).for_list())
    return render(request, "directory/account_requests.html", {"page": page})


def _page(request: Signed, asked: AccountRequest, **forms: object) -> HttpResponse:
    context = {
        "asked": asked,
        "may_decide": asked.state == "proved" and can_decide_request(request.user, asked),
        "represented": _represented(asked),
        "accept_form": AcceptRequestForm(initial={"kind": asked.kind}),
        "refuse_form": RefuseRequestForm(),
    }
    return render(request, "directory/account_request.html", context | forms, status=422 if forms else 200)


@require_safe
def account_request(request: Signed, pk: int) -> HttpResponse:
    return _page(request, fetch(AccountRequest.objects.for_list(), request.user, pk=pk))


@require_POST
def accept_request(request: Signed, pk: int) -> HttpResponse:
    said = _("La demande est acceptée : l’invitation part par courrier électronique.")
    return _decided(request, pk, "accept_form", AcceptRequestForm(request.POST), actions.accept_request, said)


@require_POST
def refuse_request(request: Signed, pk: int) -> HttpResponse:
    said = _("La demande est refusée : la personne reçoit votre motif.")
    return _decided(request, pk, "refuse_form", RefuseRequestForm(request.POST), actions.refuse_request, said)


def _decided(
    request: Signed, pk: int, name: str, form: Form, decide: Callable[..., AccountRequest], said: str
) -> HttpResponse:
    """The verb with what the form holds; refused, the page again with this form, under its name there."""
    asked = fetch(AccountRequest.objects.for_list(), request.user, can_decide_request, pk=pk)
    if carried(form, lambda data: decide(asked, **data, by=request.user)):
        messages.success(request, said)
        return redirect("directory:account_requests")
    return _page(request, asked, **{name: form})
