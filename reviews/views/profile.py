"""The expert about themselves: the profile, the links declared, the undertaking of a wave."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from calls.models import Wave
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.once import repeatable

from .. import actions, panels, permissions
from ..forms.expert import ProfileForm, TieForm
from ..models import Profile, Tie, Undertaking

GET_OR_POST = ["GET", "HEAD", "POST"]
expert_only = role_required("expert")


@repeatable
@require_http_methods(GET_OR_POST)
@expert_only
def profile(request: HttpRequest) -> HttpResponse:
    """One person writes theirs: what is saved is what they say now."""
    me: Any = request.user
    held = Profile.objects.filter(expert=me).first()
    form = ProfileForm(request.POST if request.method == "POST" else None, skills=panels.skills(), profile=held)
    if carried(form, lambda data: actions.write_profile(me, **data, by=me)):
        messages.success(request, _("Votre profil est enregistré."))
        return redirect("reviews:profile")
    context = {
        "form": form,
        "held": held,
        "ties": Tie.objects.standing().filter(expert=me).order_by("-pk"),
        "signed": Undertaking.objects.filter(expert=me).select_related("wave").order_by("-pk"),
        "employers": me.affiliations.select_related("establishment").order_by("ended_at", "-pk"),
    }
    return render(request, "reviews/profile.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@expert_only
def declare_tie(request: HttpRequest) -> HttpResponse:
    form = TieForm(request.POST if request.method == "POST" else None)
    if carried(form, lambda data: actions.declare_tie(request.user, **data, by=request.user)):
        messages.success(request, _("Le lien est déclaré."))
        return redirect("reviews:profile")
    return render(request, "reviews/declare_tie.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
def withdraw_tie(request: HttpRequest, pk: int) -> HttpResponse:
    tie = fetch(Tie.objects.standing().select_related("expert"), request.user, permissions.can_withdraw, pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if carried(form, lambda _data: actions.withdraw_tie(tie, by=request.user)):
        messages.success(request, _("Le lien est retiré."))
        return redirect("reviews:profile")
    return render(request, "reviews/withdraw_tie.html", {"tie": tie, "form": form}, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@expert_only
def undertaking(request: HttpRequest, number: int) -> HttpResponse:
    """Read, then signed once; afterwards the same page shows what was signed."""
    wave = _wave(number)
    me: Any = request.user
    signed = Undertaking.objects.filter(expert=me, wave=wave).first()
    form = Form(request.POST if request.method == "POST" else None)
    if carried(form, lambda _data: actions.sign_undertaking(me, wave, by=me)):
        messages.success(request, _("Votre engagement est signé : vos dossiers de cette relève sont ci-dessous."))
        return redirect("reviews:my_files")
    context = {"wave": wave, "text": signed.text if signed else wave.settings.undertaking, "signed": signed}
    return render(request, "reviews/undertaking.html", context | {"form": form}, status=422 if form.errors else 200)


def _wave(number: int) -> Any:
    """That of the latest call, when it asks for an undertaking."""
    waves = Wave.objects.filter(number=number).exclude(settings__undertaking="").select_related("settings")
    found = waves.order_by("-call").first()
    if found is None:
        raise Http404
    return found
