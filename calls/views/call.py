"""The settings of the call: edited before publication, read ever after; its waves, its publication, its end."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from directory.models import Establishment
from edsh_portal import asked, clock, money
from edsh_portal.access import role_required
from edsh_portal.forms import Form, carried
from edsh_portal.numbers import count, percent
from edsh_portal.once import repeatable
from edsh_portal.workflow import Refused, available

from .. import actions, permissions
from ..actions.call import NAMED as ROWS_NAMED
from ..actions.call import PARTS as ROWS
from ..actions.call import is_frozen
from ..forms import PART_FORMS, BoundsForm, CallForm, WaveForm
from ..models import AidRate, Call, CallSettings
from ..models.call import BOUNDS

manages = role_required("administrator", "instructor")
PARTS = {"criteres": "criteria", "pieces": "pieces", "taux": "rates", "competences": "skills", "liens": "links"}
TITLES = {
    "criteria": gettext_lazy("Critères"),
    "pieces": gettext_lazy("Pièces"),
    "rates": gettext_lazy("Taux d’aide"),
    "skills": gettext_lazy("Compétences recherchées"),
    "links": gettext_lazy("Liens d’intérêts"),
}
ORDER = {"pieces": ("order", "code"), "skills": ("order", "code")}  # of a list; the others, by what names their rows


def _call() -> Call:
    call = Call.objects.current()
    if call is None:
        raise Http404
    return call


def _settings(version: int) -> CallSettings:
    return get_object_or_404(CallSettings.objects.select_related("call"), call=_call(), version=version)


@role_required("administrator", "instructor", "auditor")
@require_safe
def call_settings(request: HttpRequest) -> HttpResponse:
    """The call, its waves, and one version of its settings (the last, or the one the address names)."""
    call = Call.objects.current()
    if call is None:
        return redirect("calls:new_call")
    versions = list(call.settings.prefetch_related("waves", *ROWS).order_by("-version"))
    number = asked.numbered(request, "version", [held.version for held in versions])
    shown = next((held for held in versions if held.version == number), versions[0] if versions else None)
    context = {
        "call": call,
        "versions": versions,
        "settings": shown,
        "manages": permissions.can_manage_call(request.user),
        "may": {step.name for step in available(call, request.user)},
        "waves": sorted((wave for held in versions for wave in held.waves.all()), key=lambda wave: wave.number),
    }
    if shown is not None:
        context |= _shown(shown, clock.now())
    return render(request, "calls/call_settings.html", context)


def _worded(name: str, value: Any) -> Any:
    """A bound as it is read: an amount, a share, yes or no, a number with its groups of three, or the words it is."""
    if name.endswith("_cents"):
        return money.display(value)
    if name.endswith("_bp"):
        return percent(value / 100, 2)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return count(value) if isinstance(value, int) else value


def _shown(settings: CallSettings, now: Any) -> dict[str, Any]:
    """A version, its lists loaded, as rows to read; frozen or not."""
    kinds = dict(Establishment.Kind.choices)
    criteria = sorted(settings.criteria.all(), key=lambda held: held.number)
    fields: list[Any] = [CallSettings._meta.get_field(name) for name in BOUNDS if name != "assumed"]
    regimes = dict(AidRate.Regime.choices)
    return {
        "frozen": settings.frozen_at is not None or any(wave.opens_at <= now for wave in settings.waves.all()),
        "criteria": criteria,
        "total_weight": sum(held.weight for held in criteria),
        "pieces": sorted(settings.pieces.all(), key=lambda held: (held.order, held.code)),
        "skills": sorted(settings.skills.all(), key=lambda held: (held.order, held.code)),
        "links": sorted(settings.links.all(), key=lambda held: held.kind),
        "rates": [
            {
                "label": kinds.get(held.kind, held.kind),
                "regime": regimes.get(held.regime, ""),
                "percent": held.rate_bp / 100,
            }
            for held in sorted(settings.rates.all(), key=lambda held: (held.kind, held.regime))
        ],
        "bounds": [
            {
                "label": field.verbose_name,
                "value": dict(field.choices)[value] if field.choices else _worded(field.name, value),
                "name": field.name,
            }
            for field, value in ((field, getattr(settings, field.name)) for field in fields)
        ],
        "assumed": frozenset(settings.assumed),
    }


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def new_call(request: HttpRequest) -> HttpResponse:
    form = CallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.create_call(**data, by=request.user)):
        return redirect("calls:new_settings")
    return _form(request, form, _("Préparer un appel"), _("Préparer l’appel"))


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def new_settings(request: HttpRequest) -> HttpResponse:
    """A further version, begun from the last one."""
    call = _call()
    last = call.settings.order_by("-version").first() or CallSettings(call=call)
    form = BoundsForm(request.POST if request.method == "POST" else None, instance=last)
    if request.method == "POST" and carried(
        form, lambda data: actions.new_settings(call, bounds=form.typed(), read=form.read(), by=request.user)
    ):
        messages.success(request, _("La nouvelle version des réglages est enregistrée : elle peut encore changer."))
        return redirect("calls:call_settings")
    return _form(request, form, _("Nouvelle version des réglages"), _("Enregistrer la version"))


@repeatable
@manages
@require_http_methods(["GET", "HEAD", "POST"])
def settings_bounds(request: HttpRequest, version: int) -> HttpResponse:
    settings = _settings(version)
    if request.method != "POST" and is_frozen(settings, clock.now()):
        return redirect(_overview(version))
    form = BoundsForm(request.POST if request.method == "POST" else None, instance=settings)
    if request.method == "POST" and carried(
        form, lambda data: actions.edit_settings(settings, bounds=form.typed(), read=form.read(), by=request.user)
    ):
        messages.success(request, _("Les limites sont enregistrées."))
        return redirect(_overview(version))
    return _form(
        request,
        form,
        _("Limites et service, version %(n)s") % {"n": version},
        _("Enregistrer les limites"),
        _overview(version),
    )


@repeatable
@manages
@require_http_methods(["GET", "HEAD", "POST"])
def settings_part(request: HttpRequest, version: int, part: str) -> HttpResponse:
    """A whole list at once."""
    settings, name = _settings(version), PARTS[part]
    if request.method != "POST" and is_frozen(settings, clock.now()):
        return redirect(_overview(version))
    formset = PART_FORMS[name](
        request.POST if request.method == "POST" else None, initial=_initial(settings, name), prefix=name
    )
    refused = _save_part(formset, settings, name, request.user) if request.method == "POST" else None
    if request.method == "POST" and refused is None and formset.is_valid():
        messages.success(request, _("La liste est enregistrée."))
        return redirect(_overview(version))
    context = {
        "formset": formset,
        "settings": settings,
        "title": TITLES[name],
        "refused": refused,
        "cancel": _overview(version),
        "errors": [{"text": text} for form in formset for texts in form.errors.values() for text in texts]
        if formset.is_bound
        else [],
    }
    return render(request, "calls/settings_part.html", context, status=422 if formset.is_bound else 200)


def _initial(settings: CallSettings, name: str) -> list[dict[str, Any]]:
    return list(getattr(settings, name).order_by(*ORDER.get(name, ROWS_NAMED[name])).values(*ROWS[name][1]))


def _save_part(formset: Any, settings: CallSettings, name: str, user: Any) -> Refused | None:
    """What the verb refused, or None."""
    if not formset.is_valid():
        return None
    try:
        actions.edit_settings(settings, **{name: formset.rows()}, read=formset.read(), by=user)
    except Refused as refused:
        formset.meet(refused.facts.get("met", {}), ROWS_NAMED[name])
        return refused
    return None


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def new_wave(request: HttpRequest) -> HttpResponse:
    call = _call()
    form = WaveForm(request.POST if request.method == "POST" else None, call=call)
    if request.method == "POST" and carried(form, lambda data: actions.create_wave(call, **data, by=request.user)):
        messages.success(request, _("La relève est enregistrée."))
        return redirect("calls:call_settings")
    return _form(request, form, _("Nouvelle relève"), _("Enregistrer la relève"))


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def publish_call(request: HttpRequest) -> HttpResponse:
    """Says what publication does before it is done."""
    words = {
        "title": _("Publier l’appel"),
        "action": _("Publier l’appel"),
        "happens": _(
            "La page de l’appel devient publique. Tous ses réglages sont figés : limites, critères, poids, pièces et taux ne changent plus."
        ),
        "whom": _("Tout le monde, sans compte."),
    }
    return _confirmed(request, actions.publish_call, words, _("L’appel est publié et ses réglages sont figés."))


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def close_call(request: HttpRequest) -> HttpResponse:
    words = {
        "title": _("Clore l’appel"),
        "action": _("Clore l’appel"),
        "happens": _("Aucune autre relève ne pourra s’ouvrir. Les dossiers déposés suivent leur cours."),
        "whom": _("Les établissements qui voudraient encore répondre."),
    }
    return _confirmed(request, actions.close_call, words, _("L’appel est clos."))


def _confirmed(request: HttpRequest, verb: Any, words: dict[str, str], done: str) -> HttpResponse:
    call, form = _call(), Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: verb(call, by=request.user)):
        messages.success(request, done)
        return redirect("calls:call_settings")
    context = words | {"form": form, "call": call, "cancel": reverse("calls:call_settings")}
    return render(request, "calls/confirm_call.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, form: Any, title: str, action: str, cancel: str = "") -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "action": action,
        "cancel": cancel or reverse("calls:call_settings"),
    }
    return render(request, "calls/call_form.html", context, status=422 if form.errors else 200)


def _overview(version: int) -> str:
    return f"{reverse('calls:call_settings')}?version={version}"
