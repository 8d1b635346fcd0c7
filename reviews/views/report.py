"""The scoring screen: the deposited dossier beside the grid, saved as one types (static/js/writing.js) or by its button."""

from string import ascii_uppercase
from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from applications.content.feeding import Part, parts
from applications.content.merge import merge
from applications.forms.dossier import ClashForm
from applications.models import VersionFile
from applications.permissions import can_open_document
from calls.questions import QUESTIONS
from edsh_portal import writing
from edsh_portal.access import fetch
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions, scoring
from ..actions.cells import JURY, KEY, PRIVATE
from ..forms.report import NOTES, GridForm
from ..models import Assignment, PrivateNote, Reopening, Review, Revision, Score, ScoreVersion
from .later import announced

HDH = 12


def mine(request: HttpRequest, pk: int, gate: Any = permissions.is_theirs) -> Assignment:
    rows = Assignment.objects.select_related(
        "application__wave__settings", "review__version", "review__private_note", "link"
    ).prefetch_related("review__scores")
    return fetch(rows, request.user, gate, pk=pk)


def bare(request: HttpRequest, pk: int) -> Assignment:
    """The same without the dossier's content: what an exchange of the page needs."""
    rows = Assignment.objects.select_related("application__wave__settings", "review", "link")
    return fetch(rows, request.user, permissions.can_read, pk=pk)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = mine(request, pk)
    if assignment.state == "assigned":
        return redirect("reviews:declare", pk=pk)
    return _reading(request, assignment, form_of(assignment))


@repeatable
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole form, by its button: what its author changed in it; « relire et verrouiller » goes on to the confirmation."""
    assignment = mine(request, pk, permissions.can_read)
    form = form_of(assignment, request.POST)
    if carried(
        form, lambda _data: actions.save_review(assignment.review, form.typed(), read=form.read(), by=request.user)
    ):
        return redirect("reviews:lock" if request.POST.get("then") == "lock" else "reviews:read", pk=pk)
    return _reading(request, assignment, form, status=422)


def form_of(assignment: Assignment, data: Any = None) -> GridForm:
    settings = assignment.application.wave.settings
    return GridForm(data, review=assignment.review, settings=settings, criteria=[*settings.criteria.order_by("number")])


def _reading(request: HttpRequest, assignment: Assignment, form: GridForm, status: int = 200) -> HttpResponse:
    version = assignment.review.version
    content = version.content
    revises = permissions.can_revise(request.user, assignment.review)
    revised = revisions(assignment.review) if revises else {}
    files = (
        version.files.exclude(code=VersionFile.RECEIPT).select_related("document__scan_result").order_by("code", "pk")
    )
    opinion = assignment.application.opinions.order_by("-version").first()
    for row in form.lines:
        number = row["criterion"].number
        row["parts"] = parts(content, number)
        row["revisions"] = revised.get(number, [])
        if number == HDH and opinion:
            row["parts"].append(Part("part-opinion", _("Avis du Health Data Hub")))
    context = {
        "version": version,
        "content": content,
        "answers": [(q, content["answers"].get(q.slug, "")) for q in QUESTIONS],
        "files": [(file, can_open_document(file.document)) for file in files],
        "opinion": opinion,
        "revises": revises,
        "others": others(assignment, form.criteria)
        if permissions.can_read_others(request.user, assignment.review)
        else None,
        "writing": None if assignment.review.state == "locked" else _writing(request, assignment, form),
        "reopening": _reopening(assignment.review),
        "later": announced(assignment, form.criteria),
    }
    return render(request, "reviews/read.html", context | grid(assignment, form), status=status)


def _reopening(review: Review) -> Reopening | None:
    """Why an open report is so again."""
    if review.state == "locked" or review.reopened_at is None:
        return None
    return review.reopenings.order_by("at", "pk").last()


def revisions(review: Review) -> dict[int, list[Revision]]:
    """{criterion: how its mark was revised after the hearing}. One query."""
    found: dict[int, list[Revision]] = {}
    for row in Revision.objects.filter(score__review=review).select_related("score__criterion").order_by("pk"):
        found.setdefault(row.score.criterion.number, []).append(row)
    return found


def others(assignment: Assignment, criteria: Any) -> list[dict[str, Any]]:
    """The other locked reports of the dossier, each under a letter."""
    weights = {criterion.number: criterion.weight for criterion in criteria}
    most = assignment.application.wave.settings.scale_max
    rows = Review.objects.counted().filter(assignment__application=assignment.application_id)
    scores = Prefetch("scores", Score.objects.select_related("criterion").order_by("criterion__number"))
    found = []
    for n, row in enumerate(rows.exclude(pk=assignment.review.pk).order_by("locked_at").prefetch_related(scores)):
        held = [*row.scores.all()]
        marks = {score.criterion.number: score.value for score in held if score.value is not None}
        total = scoring.display(scoring.weighted(marks, weights, most))
        found.append({"letter": ascii_uppercase[n % 26], "total": total, "scores": held})
    return found


def grid(assignment: Assignment, form: GridForm | None = None, **more: Any) -> dict[str, Any]:
    """What the grid, its rail and its confirmation show: of what is saved."""
    form = form or form_of(assignment)
    return {
        "assignment": assignment,
        "review": assignment.review,
        "form": form,
        "settings": assignment.application.wave.settings,
        **progress(assignment, form.criteria),
        **more,
    }


def progress(assignment: Assignment, criteria: Any) -> dict[str, Any]:
    """How far each criterion is, the weighted total as if the marks not given yet were 0, and what is missing."""
    settings = assignment.application.wave.settings
    kept = {score.criterion_id: score for score in assignment.review.scores.all()}
    rail, marks = [], {}
    for criterion in criteria:
        score = kept.get(criterion.pk)
        value, comment = (score.value, score.comment) if score else (None, "")
        if value is not None:
            marks[criterion.number] = value
        least, floor = settings.min_comment_chars, criterion.floor
        stands = scoring.standing(criterion.number, value, comment, least=least, floor=floor)
        rail.append({"criterion": criterion, "is": stands})
    weights = {criterion.number: criterion.weight for criterion in criteria}
    return {
        "rail": rail,
        "total": scoring.display(scoring.weighted(marks, weights, settings.scale_max)),
        "given": len(marks),
        "of": len(weights),
        "missing": _missing([row["is"] for row in rail]),
        "below": [row["is"].number for row in rail if row["is"].below],
    }


def _missing(rows: list[scoring.Standing]) -> str:
    marks, comments = (sum(row.lack == kind for row in rows) for kind in ("mark", "comment"))
    told = []
    if marks:
        told.append(ngettext("%(n)s note", "%(n)s notes", marks) % {"n": marks})
    if comments:
        told.append(ngettext("%(n)s commentaire", "%(n)s commentaires", comments) % {"n": comments})
    return ", ".join(told)


# ── saved as one types ───────────────────────────────────────────────────────────────────────────────────────────────
def _writing(request: HttpRequest, assignment: Assignment, form: GridForm) -> dict[str, Any]:
    """What components/holder.html says of the form to the engine; each field is given its key and the version it shows."""
    review = assignment.review
    versions = {row.key: row.version for row in review.last_texts if not row.aside}
    note = {PRIVATE: review.private_note.version} if hasattr(review, "private_note") else {}
    form.carry(versions | note)
    return {
        "sync": reverse("reviews:sync", args=[assignment.pk]),
        "reference": f"expertise-{assignment.pk}",
        "person": request.user.pk,
        "page": "",
        "known": review.texts.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "held": form.held() if form.is_bound else "",
        "clashes": cards(review, request.user),
    }


@repeatable
@require_POST
def sync(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes what was typed and says, cell by cell, what became of it; then what another tab wrote, and how far the report is."""
    assignment = bare(request, pk)
    asked = writing.asked(request)
    if asked is None:
        return writing.not_ours()

    def put(saves: list[writing.Save]) -> list[Any]:
        return actions.save_cells(assignment.review, saves, by=request.user)

    saved = writing.taken(asked["saves"], writing.Hand(put, label))
    return JsonResponse({"saved": saved, **_news(request, assignment, asked)})


sync.unlogged = True  # type: ignore[attr-defined]  # every few seconds of an open page: the page itself was logged


def label(key: str) -> str:
    """« Commentaire du critère 3 »."""
    found = KEY.fullmatch(key)
    if found is None:
        return str({JURY: NOTES["jury"][0], PRIVATE: NOTES["private"][0]}.get(key, ""))
    told = _("Note du critère %(number)s") if found[2] == "value" else _("Commentaire du critère %(number)s")
    return told % {"number": found[1]}


def _news(request: HttpRequest, assignment: Assignment, asked: dict[str, Any]) -> dict[str, Any]:
    review = assignment.review
    rows = review.texts.filter(pk__gt=asked["known"]).order_by("pk")
    fresh = rows.values("pk", "key", "version", "text", "aside", "at", who=F("review__assignment__expert__full_name"))
    waiting = cards(review, request.user)
    own = PrivateNote.objects.filter(review=review).values("version", "text", "at").first()
    note = {"key": PRIVATE, "who": "", **own} if own else None
    news = {
        "known": fresh[len(fresh) - 1]["pk"] if fresh else asked["known"],
        "changes": [writing.change(row, mine=True) for row in (*fresh, note) if row and not row.get("aside")],
        "clashes": {card["pk"]: _drawn(request, card) for card in waiting},
        "settled": dict.fromkeys({*asked["cards"]} - {card["pk"] for card in waiting}, ""),
        "present": [],
        "person": request.user.pk,
    }
    if fresh or asked["saves"]:
        criteria = assignment.application.wave.settings.criteria.order_by("number")
        news["drawn"] = render_to_string("reviews/_rail.html", progress(assignment, [*criteria]), request)
    return news


# ── two texts that met: the same expert in two tabs ──────────────────────────────────────────────────────────────────
def _drawn(request: HttpRequest, card: dict[str, Any]) -> str:
    return render_to_string("applications/_clash.html", {"card": card}, request)


def cards(review: Review, user: Any) -> list[dict[str, Any]]:
    """The pairs that wait for a choice, as applications/_clash.html draws them."""
    last: dict[str, dict[bool, ScoreVersion]] = {}
    for row in review.last_texts:
        last.setdefault(row.key, {})[row.aside] = row
    open_pairs = [pair for pair in last.values() if True in pair and pair[True].version > pair[False].version]
    return [_card(review, user, pair[False], pair[True]) for pair in open_pairs]


def _card(review: Review, user: Any, current: ScoreVersion, kept: ScoreVersion) -> dict[str, Any]:
    long = not kept.key.endswith(".value")
    read = review.texts.filter(key=kept.key, version=kept.read_version).values_list("text", flat=True).first()
    return {
        "pk": kept.pk,
        "key": kept.key,
        "by_pk": user.pk,
        "stamp": kept.pk,
        "action": reverse("reviews:settle", args=[review.assignment_id, kept.pk]),
        "label": label(kept.key),
        "long": long,
        "theirs": current.text,
        "theirs_by": user,
        "theirs_at": writing.moment(current.at),
        "mine": kept.text,
        "mine_by": user,
        "mine_at": writing.moment(kept.at),
        "over": current.version,
        "merged": merge(read or "", current.text, kept.text) if long else "",
        "own": True,
    }


@repeatable
@require_POST
def settle(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Keeps the text in place, the other, or what the person made of both."""
    assignment = bare(request, pk)
    review = assignment.review
    kept = get_object_or_404(review.texts.filter(aside=True), pk=row)
    form = ClashForm(request.POST)

    def settled(data: dict[str, Any]) -> None:
        shown = review.texts.filter(key=kept.key, version=data["over"]).values_list("text", flat=True).first() or ""
        text = {"theirs": shown, "mine": kept.text, "merge": data["text"]}[data["choice"]]
        actions.settle_cell(review, kept, text, over=data["over"], by=request.user)

    if carried(form, settled):
        messages.success(request, _("Le texte choisi est enregistré ; l’autre reste dans l’historique."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("reviews:read", pk=pk)


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def score_history(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Every mark and comment of a criterion, the latest first, each with what it changes in the one before it."""
    assignment = bare(request, pk)
    criterion = assignment.application.wave.settings.criteria.filter(number=number).first()
    if criterion is None:
        raise Http404
    told = []
    for column in ("value", "comment"):
        rows = [*assignment.review.texts.filter(key=f"scores.{number}.{column}").order_by("-version")[:200]]
        texts = {row.version: row.text for row in rows}
        shown = [{"row": row, "before": texts.get(row.read_version, "")} for row in rows]
        told.append({"label": label(f"scores.{number}.{column}"), "rows": shown, "long": column == "comment"})
    context = {"assignment": assignment, "criterion": criterion, "told": told}
    return render(request, "reviews/score_history.html", context)
