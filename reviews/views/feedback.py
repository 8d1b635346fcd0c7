"""What comes back to the applicant: where each dossier's stands, its texts beside what the experts said, what is flagged in them."""

import json
from string import ascii_uppercase
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from edsh_portal import acts, asked, writing
from edsh_portal.access import fetch, let_in, role_required
from edsh_portal.forms import Form, Over, carried, long
from edsh_portal.lists import page_of
from edsh_portal.once import repeatable

from .. import actions, panels, permissions, traces
from ..actions.feedback import APPROVAL, MOST_TEXT, titles
from ..models import OVERALL, SEES_FEEDBACK, Feedback, Score

WRITES = (*SEES_FEEDBACK, "expert")
KINDS = {
    traces.PERSON: gettext_lazy("nom ou initiales"),
    traces.EMPLOYER: gettext_lazy("employeur"),
    traces.SELF: gettext_lazy("première personne"),
    traces.ADDRESS: gettext_lazy("adresse ou téléphone"),
}


class FeedbackForm(Over, Form):
    """A text a criterion; beside each flag that waits, why it is harmless."""

    def __init__(self, data: Any = None, *, feedback: Feedback, titles: dict[int, str]) -> None:
        super().__init__(data)
        self.rows = {row.number: row for row in feedback.texts.last_of_each()}
        self.told = {(row.number, row.flag): row.reason for row in feedback.harmless.all()}
        self.titles = titles
        for number, title in titles.items():
            row = self.rows.get(number)
            self.fields[f"text_{number}"] = forms.CharField(
                label=title, required=False, max_length=MOST_TEXT, widget=long(7, MOST_TEXT)
            )
            self.initial[f"text_{number}"] = row.text if row else ""
            for place, flag in enumerate(row.flags if row else ()):
                if (number, flag) not in self.told:
                    self.fields[f"reason_{number}_{place}"] = forms.CharField(
                        label=_("Sans risque, parce que"), required=False, max_length=400
                    )
        self.asked_later = tuple(self.fields)

    @property
    def left(self) -> int:
        """How many flags nobody has answered."""
        return sum(name.startswith("reason_") for name in self.fields)

    def texts(self) -> dict[int, str]:
        return {int(name[5:]): value for name, value in self.typed().items() if name.startswith("text_")}

    def shown(self) -> dict[int, str]:
        return {int(name[5:]): value for name, value in self.read().items() if name.startswith("text_")}

    def reasons(self) -> dict[tuple[int, str], str]:
        told = {}
        for name, value in self.typed().items():
            if name.startswith("reason_"):
                _reason, number, place = name.split("_")
                told[int(number), self.rows[int(number)].flags[int(place)]] = value
        return told

    def carry(self) -> None:
        """For the engine that saves each text as it is typed."""
        for number in self.titles:
            version = self.rows[number].version if number in self.rows else 0
            told = {"data-key": f"texts.{number}.text", "data-version": str(version)}
            self.fields[f"text_{number}"].widget.attrs |= told

    def held(self) -> str:
        return json.dumps({f"texts.{number}.text": self.initial[f"text_{number}"] for number in self.titles})


@require_safe
@role_required(*WRITES)
def feedbacks(request: HttpRequest) -> HttpResponse:
    pile = asked.choice(request, "pile", panels.FEEDBACK_PILES)
    page = page_of(request, panels.feedbacks(request.user, pile).select_related("wave", "coordinator", "feedback"))
    tabs = [
        {"label": label, "url": f"?pile={code}", "current": code == pile}
        for code, label in panels.FEEDBACK_PILES.items()
    ]
    return render(request, "reviews/feedbacks.html", {"page": page, "pile": pile, "tabs": tabs})


def _dossier(request: HttpRequest, reference: str, gate: Any = permissions.can_see_feedback) -> Application:
    rows = panels.feedbacks(request.user).select_related("wave__settings", "coordinator", "feedback")
    return let_in(request.user, gate, rows.filter(reference=reference).first())


def _feedback(request: HttpRequest, reference: str) -> Feedback:
    rows = Feedback.objects.select_related("application__wave__settings")
    held = fetch(rows, request.user, None, application__reference=reference)
    return let_in(request.user, lambda user, one: permissions.can_write_feedback(user, one.application), held)


@require_safe
@role_required(*WRITES)
def feedback(request: HttpRequest, reference: str) -> HttpResponse:
    dossier = _dossier(request, reference)
    held = getattr(dossier, "feedback", None)
    if held is None:
        may = permissions.can_write_feedback(request.user, dossier)
        return render(request, "reviews/feedback_before.html", {"application": dossier, "may": may})
    return _page(request, held)


def _page(request: HttpRequest, held: Feedback, form: FeedbackForm | None = None) -> HttpResponse:
    dossier = held.application
    may = held.state == "draft" and permissions.can_write_feedback(request.user, dossier)
    form = form or FeedbackForm(feedback=held, titles=titles(dossier))
    writes = _writing(request, held, form) if may else None
    waits = acts.waiting(APPROVAL, held) if held.state == "proposed" else None
    context = {
        "application": dossier,
        "feedback": held,
        "form": form,
        "lines": _lines(held, form),
        "writing": writes,
        "left": form.left,
        "act": waits,
        "may_approve": waits is not None and acts.may_approve(request.user, waits),
        "may_take_back": waits is not None and acts.may_take_back(request.user, waits),
    }
    return render(request, "reviews/feedback.html", context, status=422 if form.errors else 200)


def _lines(held: Feedback, form: FeedbackForm) -> list[dict[str, Any]]:
    """A line a text: its field, what the experts said under a letter, what is flagged in it and where."""
    said = _said(held.application)
    lines = []
    for number, title in form.titles.items():
        row = form.rows.get(number)
        text = row.text if row else ""
        left = [flag for flag in (row.flags if row else ()) if (number, flag) not in form.told]
        lines.append(
            {
                "number": number,
                "title": title,
                "text": text,
                "field": form[f"text_{number}"],
                "said": said.get(number, []),
                "marked": _marked(text, left),
                "flags": _flags(form, number, row.flags if row else []),
                "told": [(flag.partition(":")[2], why) for (n, flag), why in form.told.items() if n == number],
                "overall": number == OVERALL,
            }
        )
    return lines


def _flags(form: FeedbackForm, number: int, flags: list[str]) -> list[dict[str, Any]]:
    kinds = {place: flag.partition(":") for place, flag in enumerate(flags)}
    names = {place: f"reason_{number}_{place}" for place in kinds}
    waits = [(place, kind, words) for place, (kind, _colon, words) in kinds.items() if names[place] in form.fields]
    return [{"kind": KINDS[kind], "words": words, "field": form[names[place]]} for place, kind, words in waits]


def _marked(text: str, flags: list[str]) -> SafeString | str:
    """The text with what is flagged in it, and that nobody has answered; nothing when all is."""
    pieces, at = [], 0
    for one in traces.placed(text, flags):
        if one.start >= at:
            pieces.append((text[at : one.start], text[one.start : one.end]))
            at = one.end
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[at:]) if pieces else ""


def _said(dossier: Application) -> dict[int, list[tuple[str, str]]]:
    """{number: [(letter of the expert, comment)]} of the reports that count."""
    counted = Score.objects.filter(
        review__assignment__application=dossier, review__state="locked", review__assignment__state="declared"
    )
    rows = counted.exclude(comment="").order_by("review_id").values_list("review_id", "criterion__number", "comment")
    letters: dict[int, str] = {}
    found: dict[int, list[tuple[str, str]]] = {}
    for review, number, comment in rows:
        letter = letters.setdefault(review, ascii_uppercase[len(letters) % 26])
        found.setdefault(number, []).append((letter, comment))
    return found


def _writing(request: HttpRequest, held: Feedback, form: FeedbackForm) -> dict[str, Any]:
    """What components/holder.html says of the form to the engine."""
    form.carry()
    return {
        "sync": reverse("reviews:sync_feedback", args=[held.application.reference]),
        "reference": f"retour-{held.pk}",
        "person": request.user.pk,
        "page": "",
        "known": max((row.pk for row in form.rows.values()), default=0),
        "held": form.held() if form.is_bound else "",
    }


@require_POST
@role_required(*WRITES)
def begin_feedback(request: HttpRequest, reference: str) -> HttpResponse:
    dossier = _dossier(request, reference, permissions.can_write_feedback)
    form = Form(request.POST)
    if carried(form, lambda _data: actions.begin_feedback(dossier, by=request.user)):
        return redirect("reviews:feedback", reference=reference)
    context = {"application": dossier, "may": True, "form": form}
    return render(request, "reviews/feedback_before.html", context, status=422)


@repeatable
@require_POST
@role_required(*WRITES)
def save_feedback(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole form, by its button: what its author changed, and what they say is harmless; « proposer » goes on to the chair."""
    held = _feedback(request, reference)
    form = FeedbackForm(request.POST, feedback=held, titles=titles(held.application))

    def saved(_data: dict[str, Any]) -> None:
        actions.save_feedback(held, form.texts(), form.reasons(), read=form.shown(), by=request.user)

    if not carried(form, saved):
        return _page(request, held, form)
    if request.POST.get("then") == "propose":
        return redirect("reviews:propose_feedback", reference=reference)
    messages.success(request, _("Le retour est enregistré."))
    return redirect("reviews:feedback", reference=reference)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*WRITES)
def propose_feedback(request: HttpRequest, reference: str) -> HttpResponse:
    held = _feedback(request, reference)
    form = Form(request.POST if request.method == "POST" else None)
    if carried(form, lambda _data: actions.propose_feedback(held, by=request.user)):
        messages.success(request, _("Le retour est proposé à la présidence du jury, qui l’approuve ou le renvoie."))
        return redirect("reviews:feedback", reference=reference)
    context = {"application": held.application, "form": form, "left": len(actions.unanswered(held))}
    return render(request, "reviews/propose_feedback.html", context, status=422 if form.errors else 200)


@repeatable
@require_POST
@role_required(*WRITES)
def sync_feedback(request: HttpRequest, reference: str) -> HttpResponse:
    """Takes what was typed, and says what became of it; then what somebody else wrote."""
    held = _feedback(request, reference)
    said = writing.asked(request)
    if said is None:
        return writing.not_ours()
    named = titles(held.application)

    def put(saves: list[writing.Save]) -> list[Any]:
        return actions.save_texts(held, saves, by=request.user)

    saved = writing.taken(said["saves"], writing.Hand(put, lambda key: named.get(actions.number_of(key), "")))
    rows = held.texts.filter(pk__gt=said["known"]).order_by("pk")
    fresh = list(rows.values("pk", "number", "version", "text", "at", "by", who=F("by__full_name")))
    news: dict[str, Any] = {
        "known": fresh[-1]["pk"] if fresh else said["known"],
        "changes": [
            writing.change(row | {"key": f"texts.{row['number']}.text"}, mine=row["by"] == request.user.pk)
            for row in fresh
        ],
        "clashes": {},
        "settled": {},
        "present": [],
        "person": request.user.pk,
    }
    return JsonResponse({"saved": saved, **news})


sync_feedback.unlogged = True  # type: ignore[attr-defined]  # every few seconds of an open page: the page itself was logged
