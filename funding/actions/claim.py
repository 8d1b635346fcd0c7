"""Verbs of a claim at the hospital: opened for a period, its expenses and files, the certificate of its accountant, which sends it."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import CallSettings
from directory.models import Affiliation, User
from edsh_portal import clock, documents
from edsh_portal.events import instant, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Document
from edsh_portal.workflow import Refused, move, need_reason, need_step

from .. import eligible, lapsing
from ..models import Amendment, Claim, ClaimFile, ClaimLine, Convention
from .convention import has_left, lock_convention

MOST_FILES = 400


def lock_claim(claim: Claim) -> Claim:
    """Locks the grant, then rereads the claim in place."""
    convention = lock_convention(claim.convention)
    claim.refresh_from_db()
    claim.convention = convention
    return claim


def subsidised(convention: Convention) -> dict[str, int]:
    """{budget line: cents} of the beneficiary: the expense that the aid was decided on, as deposited, or as the last amendment says it."""
    return _subsidised(convention, _amended(convention))


def _amended(convention: Convention) -> Amendment | None:
    """The last amendment in force: a stop has none after it."""
    return convention.share.grant.amendments.in_force().first()


def _subsidised(convention: Convention, last: Amendment | None) -> dict[str, int]:
    if last is not None:
        return dict(last.after["expenses"].get(str(convention.share.establishment_id), {}))
    return by_category(_member(convention))


def by_category(member: Mapping[str, Any]) -> dict[str, int]:
    """{budget line: cents} of a member of a deposited content."""
    found: dict[str, int] = {}
    for line in member.get("lines", ()):
        found[line["category"]] = found.get(line["category"], 0) + line["cents"]
    return {category: cents for category, cents in found.items() if cents}


def other_public(convention: Convention) -> int:
    """Public aid, beside this call's, that the beneficiary had said it would receive, in cents."""
    return (_member(convention).get("plan") or {}).get("public_cents", 0)


def _member(convention: Convention) -> dict[str, Any]:
    share = convention.share
    version = share.grant.application.version
    members = version.content["members"] if version else ()
    return next((member for member in members if member["establishment"] == share.establishment_id), {})


def rules_of(convention: Convention) -> CallSettings:
    """What its call says of expenses: the transfer between budget lines (R39), the share that is looked at (R85)."""
    return convention.share.grant.application.wave.settings


def final_of(convention: Convention, *, besides: Claim | None = None) -> eligible.Final:
    """What the claims accepted (and `besides`, being checked) come to: what counts of each budget line, and the aid it gives."""
    share = convention.share
    counted: dict[str, int] = {}
    claims = [*convention.claims.accepted().values_list("pk", flat=True), *([besides.pk] if besides else [])]
    lines = ClaimLine.objects.filter(claim__in=claims, eligible_cents__isnull=False)
    for category, cents in lines.values_list("category", "eligible_cents"):
        counted[category] = counted.get(category, 0) + (cents or 0)
    last = _amended(convention)
    decided = last.before["shares"] if last and last.kind == "stop" else {}  # a stop lowers what is left, not the rate
    others = dict(share.grant.shares.filter(establishment=share.establishment_id).values_list("pk", "cents"))
    others.pop(share.pk)
    return eligible.final(
        _subsidised(convention, last),
        counted,
        most_cents=share.cents,
        decided_cents=decided.get(str(share.pk), share.cents),
        transfer_bp=rules_of(convention).transfer_bp,
        public_cents=other_public(convention),
        others_cents=sum(others.values()),
        others_decided_cents=sum(decided.get(str(pk), cents) for pk, cents in others.items()),
    )


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def open_claim(
    convention: Convention,
    *,
    starts_on: date,
    ends_on: date,
    final: bool = False,
    forecast_cents: int = 0,
    by: Any,
    at: datetime | None = None,
) -> Claim:
    """An expense statement of a period of a signed convention; one at a time, none after the final one. R81."""
    lock_convention(convention)
    at = instant(at, convention)
    claim = Claim(convention=convention, starts_on=starts_on, ends_on=ends_on, final=final, state="")
    move(claim, "open_claim", by)
    if convention.state != "signed":
        raise Refused(
            _("La convention n’est pas en cours : un état des dépenses se prépare entre sa signature et son solde."),
            code="R80",
        )
    if not final and has_left(convention):
        raise Refused(
            _("L’établissement a quitté le consortium : il ne reste que l’état final de ses dépenses."),
            code="R84",
            field="final",
        )
    _need_period(convention, starts_on, ends_on, final, at)
    _need_in_time(convention, at)
    claim.base_cents = sum(subsidised(convention).values())
    if not claim.base_cents:
        raise Refused(_("Le dossier déposé ne prévoit aucune dépense pour cet établissement."), code="R81")
    claim.number = convention.claims.count() + 1
    claim.forecast_cents, claim.opened_by, claim.opened_at = forecast_cents, by, at
    claim.save()
    record(
        "claim.opened",
        claim,
        by=by,
        at=at,
        state=claim.state,
        convention=convention.pk,
        number=claim.number,
        final=final,
    )
    return claim


def _need_period(convention: Convention, starts_on: date, ends_on: date, final: bool, at: datetime) -> None:
    if convention.claims.exclude(state="accepted").exists():
        raise Refused(
            _("Un état des dépenses est déjà en cours : terminez-le avant d’en préparer un autre."), code="R81"
        )
    if convention.claims.filter(final=True).exists():
        raise Refused(_("L’état final des dépenses est accepté : aucun autre ne peut suivre."), code="R81")
    if ends_on < starts_on:
        raise Refused(_("La période finit avant de commencer : corrigez ses dates."), code="R81", field="ends_on")
    if ends_on > at.astimezone(clock.PARIS).date():
        raise Refused(_("La période n’est pas terminée : choisissez un jour passé."), code="R81", field="ends_on")
    last = convention.claims.order_by("-ends_on").first()
    if last is not None and starts_on <= last.ends_on:
        raise Refused(
            _("L’état n° %(number)s va jusqu’au %(day)s : commencez celui-ci après.")
            % {"number": last.number, "day": f"{last.ends_on:%d/%m/%Y}"},
            code="R81",
            field="starts_on",
        )


def _need_in_time(convention: Convention, at: datetime) -> None:
    """A year after the planned end, the project is deemed finished and nothing is asked any more (art. 13); nor once the award has lapsed."""
    grant = convention.share.grant
    if grant.state == "lapsed":
        raise Refused(_("L’aide est caduque : plus rien n’est versé."), code="R84")
    content = grant.application.version.content if grant.application.version else {"identity": {"starts_on": ""}}
    if not content["identity"]["starts_on"]:
        return
    last = lapsing.claims_by(date.fromisoformat(content["identity"]["starts_on"]), convention.months)
    if clock.civil(at) > last:
        raise Refused(
            _(
                "Les dépenses se déclaraient jusqu’au %(day)s (décret n° 2018-514, art. 13) : aucun état n’est plus recevable."
            )
            % {"day": f"{last:%d/%m/%Y}"},
            code="R84",
        )


@transaction.atomic
def add_line(
    claim: Claim,
    *,
    category: str,
    label: str,
    paid_on: date,
    cents: int,
    file: ClaimFile | None = None,
    content: bytes = b"",
    name: str = "",
    by: Any,
    at: datetime | None = None,
) -> ClaimLine:
    """An expense paid in the period, on a line of the budget, with the file that proves it: one joined before, or `content`. R81, R05."""
    kind, name = desk.taken_in(content, name) if content else (None, name)
    taken = quarantine.take_in(content) if content else None  # before the lock: writing takes time
    lock_claim(claim)
    at = instant(at, claim)
    _need_draft(claim, by)
    if category not in subsidised(claim.convention):
        raise Refused(_("Cette ligne n’est pas dans le budget de la convention."), code="R81", field="category")
    if not claim.starts_on <= paid_on <= claim.ends_on:
        raise Refused(
            _("La dépense a été payée hors de la période (%(first)s au %(last)s) : corrigez sa date, ou retirez-la.")
            % {"first": f"{claim.starts_on:%d/%m/%Y}", "last": f"{claim.ends_on:%d/%m/%Y}"},
            code="R81",
            field="paid_on",
        )
    if cents < 1:
        raise Refused(_("Indiquez un montant supérieur à zéro."), code="R81", field="cents")
    if kind is not None:
        file = _join(claim, taken, name, kind.media_type, by, at)
    elif file is None or file.claim_id != claim.pk:
        raise Refused(
            _("Joignez la pièce qui justifie la dépense, ou choisissez-en une déjà jointe."), code="R81", field="file"
        )
    line = ClaimLine.objects.create(
        claim=claim, category=category, label=label.strip(), paid_on=paid_on, cents=cents, file=file
    )
    record("claim.line_added", claim, by=by, at=at, line=line.pk, category=category, cents=cents, file=file.pk)
    return line


def _join(claim: Claim, kept: Any, name: str, media_type: str, by: Any, at: datetime) -> ClaimFile:
    count = claim.files.count()
    if count >= MOST_FILES:
        raise Refused(
            _("Un état porte au plus %(most)s pièces : réunissez-en plusieurs en une.") % {"most": MOST_FILES},
            code="R81",
            field="upload",
        )
    document = documents.store(kept, name=name, media_type=media_type, kind="claim", by=by, at=at)
    file = ClaimFile.objects.create(claim=claim, number=count + 1, document=document, added_by=by, added_at=at)
    record("claim.file_joined", file, by=by, at=at, claim=claim.pk, document=str(document.pk))
    return file


@transaction.atomic
def remove_line(line: ClaimLine, *, by: Any, at: datetime | None = None) -> None:
    """An expense is taken out of a statement that is being written; its file stays, and may prove another."""
    claim = lock_claim(line.claim)
    at = instant(at, claim)
    _need_draft(claim, by)
    told: dict[str, Any] = {"line": line.pk, "category": line.category, "cents": line.cents}
    line.delete()
    record("claim.line_removed", claim, by=by, at=at, **told)


def _need_draft(claim: Claim, by: Any) -> None:
    """While it is written, by who writes it."""
    need_step(claim, "ask_certificate", by)


@transaction.atomic
def note_claim_file_examined(file: ClaimFile, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of a file found, once. In the portal's own name."""
    lock_claim(file.claim)
    examination.note(file.document, found, instant(at, file))


# ── certified and sent ───────────────────────────────────────────────────────────────────────────────────────────────
def accountants(claim: Claim, user: Any) -> Any:
    """Who may be asked for the certificate: the other people who write or sign for the establishment."""
    of = Affiliation.objects.reached().filter(establishment=claim.convention.share.establishment_id)
    return User.objects.filter(pk__in=of.values("user")).exclude(pk=user.pk).order_by("full_name", "pk")


@transaction.atomic
def ask_certificate(claim: Claim, *, accountant: Any, by: Any, at: datetime | None = None) -> None:
    """The statement is complete: a named person of the establishment, another one, is asked to certify it."""
    lock_claim(claim)
    at = instant(at, claim)
    move(claim, "ask_certificate", by)
    if not accountants(claim, by).filter(pk=accountant.pk).exists():
        raise Refused(
            _("Choisissez une autre personne de l’établissement : qui prépare l’état ne le certifie pas."),
            code="R81",
            field="accountant",
        )
    need_evidence(claim)
    claim.asked_by, claim.accountant = by, accountant
    claim.save(update_fields=["state", "asked_by", "accountant"])
    record("claim.certificate_asked", claim, by=by, at=at, state=claim.state, accountant=accountant.pk)


def need_evidence(claim: Claim) -> None:
    """Lines, each with a file that was not refused."""
    lines = claim.lines.all()
    if not lines.exists():
        raise Refused(_("L’état ne porte aucune dépense : ajoutez-en au moins une."), code="R81")
    kept = [file.pk for file in claim.files.select_related("document__scan_result") if _stands(file.document)]
    without = lines.exclude(file__in=kept).order_by("pk").first()
    if without is not None:
        raise Refused(
            _("La pièce de « %(label)s » n’a pas été conservée : retirez cette dépense et joignez-la de nouveau.")
            % {"label": without.label},
            code="R81",
        )


def _stands(document: Document) -> bool:
    return document.scan_state not in (Document.Scan.REFUSED, Document.Scan.INFECTED)


@transaction.atomic
def certify_claim(claim: Claim, *, quality: str, by: Any, at: datetime | None = None) -> None:
    """The accountant certifies that these expenses were paid, which sends the statement; the sample of R85 is drawn."""
    lock_claim(claim)
    at = instant(at, claim)
    need_step(claim, "certify_claim", by)
    if not quality.strip():
        raise Refused(
            _("Indiquez en quelle qualité vous certifiez : agent comptable, commissaire aux comptes…"),
            code="R81",
            field="quality",
        )
    need_evidence(claim)
    claim.seed = secrets.token_hex(32)
    pks = list(claim.lines.values_list("pk", flat=True))
    claim.lines.filter(sampled=True).update(sampled=False)
    claim.lines.filter(pk__in=eligible.sample(claim.seed, pks, rules_of(claim.convention).sample_bp)).update(
        sampled=True
    )
    move(claim, "certify_claim", by)
    claim.quality, claim.certified_at = quality.strip(), at
    claim.save(update_fields=["state", "quality", "certified_at", "seed"])
    cents = sum(claim.lines.values_list("cents", flat=True))
    record("claim.certified", claim, by=by, at=at, state=claim.state, cents=cents, lines=len(pks), seed=claim.seed)


@transaction.atomic
def return_claim(claim: Claim, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Back to the hospital's hands, with its reason; the checks made of lines that stay are kept."""
    lock_claim(claim)
    at = instant(at, claim)
    reason = need_reason(reason)
    move(claim, "return_claim", by)
    claim.asked_by = claim.accountant = claim.certified_at = None
    claim.return_reason = reason
    claim.save(update_fields=["state", "asked_by", "accountant", "certified_at", "return_reason"])
    record("claim.returned", claim, by=by, at=at, state=claim.state)
