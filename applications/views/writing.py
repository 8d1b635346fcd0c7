"""Writing together: saves and news in one exchange, two texts that met, the history of a field."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from calls.questions import BY_SLUG
from edsh_portal import writing
from edsh_portal.forms import carried
from edsh_portal.models import Event
from edsh_portal.once import repeatable
from edsh_portal.statements import written_once
from edsh_portal.workflow import Refused

from .. import actions, permissions
from ..content.fields import Place, place
from ..forms.dossier import ClashForm
from ..models import Answer, Application, Clash, Presence
from .found import the_bare_dossier, the_dossier
from .together import cards, met, page_of

HERE = timedelta(seconds=30)  # how long a person seen in a section is said to be there


# ── one exchange: saves in, news out ─────────────────────────────────────────────────────────────────────────────────
@repeatable
@require_POST
def sync(request: HttpRequest, reference: str) -> HttpResponse:
    """Takes what was typed and says, field by field, what became of it; then what the others wrote, and who is here."""
    application = the_bare_dossier(request, reference, permissions.can_attend)
    asked = writing.asked(request)
    if asked is None:
        return writing.not_ours()

    def put(saves: list[writing.Save]) -> list[Answer | None]:
        return [answer for answer, _clash in actions.save_together(application, saves, by=request.user)]

    saved = writing.taken(asked["saves"], writing.Hand(put, _label))
    actions.attend(application, asked["place"], by=request.user)
    return JsonResponse({"saved": saved, **_news(request, application, asked)})


sync.unlogged = True  # type: ignore[attr-defined]  # every few seconds of an open page: the page itself was logged


def _label(key: str) -> str:
    """What the field of a key is called, where its page is not the one that asks."""
    try:
        return str(place(key).field.label)
    except Refused:
        return ""


def _news(request: HttpRequest, application: Application, asked: dict[str, Any]) -> dict[str, Any]:
    """What was put in place since `known`, the cards of the page's fields, who settled those it still shows, and who else is
    in the dossier."""
    fresh = _written_since(application.pk, asked["known"])
    changes = [writing.change(row, mine=row["by_id"] == request.user.pk) for row in fresh if not row["aside"]]
    shown = cards(application, request.user, asked["keys"]) if _open_pairs(application.pk) else []
    return {
        "known": fresh[-1]["pk"] if fresh else asked["known"],
        "changes": changes,
        "clashes": {
            card["pk"]: render_to_string("applications/_clash.html", {"card": card}, request) for card in shown
        },
        "settled": _settled_since(application, {*asked["cards"]} - {card["pk"] for card in shown}),
        "present": others(application.pk, request.user.pk),
        "person": request.user.pk,
    }


def _settled_since(application: Application, pks: set[int]) -> dict[int, str]:
    """Who chose, of the pairs that a page shows and that wait no more."""
    rows = application.clashes.filter(pk__in=pks, settled_at__isnull=False).select_related("settled_by") if pks else ()
    return {
        row.pk: _("%(who)s a choisi entre les deux textes à %(at)s ; l’autre est dans l’historique.")
        % {"who": row.settled_by.full_name, "at": writing.moment(row.settled_at)}  # type: ignore[union-attr, arg-type]  # of a settled one
        for row in rows
    }


@written_once
def _written_since(application: int, known: int) -> Any:
    rows = Answer.objects.filter(application=application, pk__gt=known).order_by("pk")
    return rows.values("pk", "key", "version", "text", "aside", "by_id", "at", who=F("by__full_name"))


@written_once
def _open_pairs(application: int) -> Any:
    return Clash.objects.filter(application=application, settled_at__isnull=True).values("pk")[:1]


@written_once
def others(application: int, user: int) -> Any:
    """The others who are in the dossier now, by the database's machine."""
    seen = Presence.objects.filter(application=application, seen_at__gt=Now() - HERE).exclude(user=user)
    return seen.order_by("user__full_name").values("place", who=F("user__full_name"))


# ── two texts that met ───────────────────────────────────────────────────────────────────────────────────────────────
@repeatable
@require_POST
def settle_clash(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Keeps the text in place, the other, or what the person made of both; meeting a newer text, shows both again."""
    application = the_dossier(request, reference, permissions.can_attend)
    clash = get_object_or_404(application.clashes.select_related("kept"), pk=pk)
    clash.application = application
    form = ClashForm(request.POST)
    if not carried(form, lambda data: _settled(application, clash, data, request.user)):
        return _unsettled(request, application, clash, form)
    if met(application, request.user, [clash.key]):
        messages.warning(request, _("Le texte a encore changé entre-temps : les deux textes sont ci-dessous."))
    else:
        messages.success(request, _("Le texte choisi est enregistré ; l’autre reste dans l’historique."))
    return redirect(page_of(application, clash.key))


def _unsettled(request: HttpRequest, application: Application, clash: Clash, form: ClashForm) -> HttpResponse:
    """Refused (too long, closed): the same two texts, and what was typed of both."""
    shown = [card for card in cards(application, request.user, [clash.key]) if card["pk"] == clash.pk]
    for card in shown:
        card["merged"] = form.data.get("text", card["merged"])
    context = {"application": application, "cards": shown, "form": form, "page": page_of(application, clash.key)}
    return render(request, "applications/clash.html", context, status=422)


def _settled(application: Application, clash: Clash, data: dict[str, Any], by: Any) -> None:
    if data["choice"] == "theirs":
        actions.settle_clash(clash, by=by)
        return
    text = clash.kept.text if data["choice"] == "mine" else data["text"]
    actions.save_field(application, clash.key, text, read_version=data["over"], settling=clash, by=by)


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def history(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Every text of a field, the latest first, each with what it changes in the one before it."""
    application, where = _the_field(request, reference, key)
    rows = list(application.answers.filter(key=key).select_related("by").order_by("-version")[:200])
    texts = {row.version: row.text for row in rows}
    current = next((row for row in rows if not row.aside), None)
    shown = [
        {
            "row": row,
            "text": where.field.shown(row.text),
            "before": where.field.shown(texts.get(row.read_version, "")),
            "at": row.at,
            "current": row == current,
            "carried": row.version == 1 and bool(application.carried_from_id) and row.at == application.created_at,
        }
        for row in rows
    ]
    context = {
        "origin": _origin(request.user, application, where),
        "application": application,
        "where": where,
        "rows": shown,
        "current": current,
        "page": page_of(application, key),
        "title": BY_SLUG[where.name].title if where.section == "answers" else where.field.label,
        "edits": permissions.can_edit_field(request.user, application, where),
    }
    return render(request, "applications/history.html", context)


ROWS_OF = {"budget": "members", "socle": "warehouses"}  # whose rows their keys name


def _origin(user: Any, application: Application, where: Place) -> dict[str, str] | None:
    """The dossier that this one takes up, with the history of the same field there, for who may read it; None for a
    dossier that takes up no other, and for a row added since."""
    if application.carried_from_id is None:
        return None
    old, key = Application.objects.get(pk=application.carried_from_id), where.key
    if isinstance(where.row, int):
        told = Event.objects.filter(kind="application.carried", stream=f"application:{application.pk}")
        rows = told.values_list("data__rows", flat=True)[0] or {}
        row = rows.get(ROWS_OF.get(where.section, where.section), {}).get(str(where.row))
        if row is None:
            return None
        key = f"{where.section}.{row}.{where.name}"
    seen = Application.objects.visible_to(user).filter(pk=old.pk).exists() and permissions.can_read_draft(user, old)
    url = reverse("applications:history", args=[old.reference, key]) if seen else ""
    return {"reference": old.reference, "url": url}


@repeatable
@require_POST
def restore(request: HttpRequest, reference: str, key: str, version: int) -> HttpResponse:
    application, _where = _the_field(request, reference, key)
    answer = get_object_or_404(application.answers, key=key, version=version)
    answer.application = application
    current = application.answers.filter(key=key, aside=False).order_by("-version").first()
    actions.restore(answer, read_version=current.version if current else 0, by=request.user)
    messages.success(request, _("Le texte de la version %(n)s est de nouveau en place.") % {"n": version})
    return redirect(page_of(application, key))


def _the_field(request: HttpRequest, reference: str, key: str) -> tuple[Application, Place]:
    application = the_dossier(request, reference, permissions.can_read_draft)
    try:
        return application, place(key)
    except Refused:
        raise Http404 from None
