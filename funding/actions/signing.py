"""Verbs of the signatures of a convention: the beneficiary signs, here or on a copy handed back; then the State, by an act of two."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from edsh_portal import acts, documents, money
from edsh_portal.events import instant, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, move, need_step

from .. import permissions
from ..models import Convention, ConventionSignature, SignedCopy
from .convention import lock_convention

SIGNATURE = "convention.sign"
Party = ConventionSignature.Party
# Why a copy does not count, as the cage says it (edsh_portal/intake/signed.py).
REFUSALS = {
    "file": gettext_lazy("Ce fichier n’a pas été conservé."),
    "other": gettext_lazy("Ce fichier n’est pas la convention envoyée par le portail, à l’octet près."),
    "unsigned": gettext_lazy("Ce fichier ne porte aucune signature électronique du bénéficiaire."),
    "changed": gettext_lazy("Ce fichier n’est pas la convention envoyée, complétée de ses seules signatures."),
    "broken": gettext_lazy("Une signature électronique de ce fichier ne se vérifie pas."),
}
QUALITY = gettext_lazy(
    "Pour le ministre chargé de la santé et par délégation, la direction générale de l’offre de soins"
)


# ── the beneficiary ──────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def sign_convention(convention: Convention, *, quality: str, sha256: str, by: Any, at: datetime | None = None) -> None:
    """The legal representative signs the document that they have read: `sha256` is its hash, as their page showed it."""
    lock_convention(convention)
    at = instant(at, convention)
    need_step(convention, "sign", by)
    _need_quality(quality)
    if convention.document is None or convention.document.sha256 != sha256:
        raise Refused(
            _("Une autre version de la convention a été envoyée depuis : relisez-la avant de la signer."), code="R80"
        )
    _need_no_copy(convention)
    _agree(convention, quality.strip(), None, by, at)


def _need_quality(quality: str) -> None:
    if not quality.strip():
        raise Refused(
            _("Indiquez en quelle qualité vous signez, par exemple « Directrice générale »."),
            code="R80",
            field="quality",
        )


def _need_no_copy(convention: Convention) -> None:
    if convention.copies.filter(examined_at=None).exists():
        raise Refused(_("Une convention signée est déjà remise : le portail l’examine, rechargez la page."), code="R80")


def _agree(convention: Convention, quality: str, copy: SignedCopy | None, by: Any, at: datetime) -> None:
    """The beneficiary's signature, and the step that it makes; what the portal notes of a copy is in its own name."""
    sha256 = convention.document.sha256 if convention.document else ""
    ConventionSignature.objects.create(
        convention=convention, party=Party.BENEFICIARY, quality=quality, sha256=sha256, copy=copy, by=by, at=at
    )
    move(convention, "sign", None)
    convention.save(update_fields=["state"])
    author = None if copy else by
    record("convention.agreed", convention, by=author, at=at, state=convention.state, sha256=sha256)


@transaction.atomic
def hand_in_copy(
    convention: Convention, *, quality: str, content: bytes, name: str, by: Any, at: datetime | None = None
) -> SignedCopy:
    """The convention with the electronic signature of who represents the beneficiary: it counts once the cage has found it sound."""
    need_step(convention, "sign", by)
    _need_quality(quality)
    kind, name = desk.taken_in(content, name)
    if kind != desk.PDF:
        raise Refused(
            _("Remettez la convention signée en PDF, tel que votre outil de signature l’a produit."),
            code="R05",
            field="file",
        )
    kept = quarantine.take_in(content)  # before the lock: writing takes time
    lock_convention(convention)
    at = instant(at, convention)
    need_step(convention, "sign", by)
    _need_no_copy(convention)
    document = documents.store(kept, name=name, media_type=kind.media_type, kind="convention-copy", by=by, at=at)
    copy = SignedCopy.objects.create(
        convention=convention, document=document, quality=quality.strip(), sent_by=by, sent_at=at
    )
    record("convention.copied", copy, by=by, at=at, convention=convention.pk, document=str(document.pk))
    return copy


@transaction.atomic
def note_copy_examined(
    copy: SignedCopy, found: examination.Found, refusal: str, signers: str, *, at: datetime | None = None
) -> None:
    """What the examination found, once: the copy signs the convention, or says why it does not. In the portal's own name."""
    convention = lock_convention(copy.convention)
    copy.refresh_from_db()
    copy.convention = convention
    at = instant(at, convention, copy)
    if not examination.note(copy.document, found, at):
        return
    copy.examined_at, copy.refusal, copy.signers = at, refusal, "" if refusal else signers
    copy.save(update_fields=["examined_at", "refusal", "signers"])
    record("convention.copy_examined", copy, by=None, at=at, convention=convention.pk, refusal=refusal)
    if not refusal:
        _agree(convention, copy.quality, copy, copy.sent_by, at)


# ── the State ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_signature(convention: Convention, *, by: Any, at: datetime | None = None) -> Act:
    """The instruction asks the direction to sign what the beneficiary has signed."""
    lock_convention(convention)
    if not permissions.can_propose_signature(by, convention):
        raise PermissionDenied(SIGNATURE)
    if convention.state != "agreed" or convention.document is None:
        raise Refused(
            _("Le bénéficiaire n’a pas encore signé : proposez la signature de l’État après la sienne."), code="R80"
        )
    payload = {
        "convention": convention.pk,
        "sha256": convention.document.sha256,
        "cents": convention.share.cents,
        "months": convention.months,
    }
    return acts.propose(SIGNATURE, convention, payload, by=by, at=at)


def countersign_convention(convention: Convention, *, by: Any, at: datetime | None = None) -> None:
    """The direction signs what is proposed to it: the second half of the act."""
    if not permissions.can_countersign(by, convention):
        raise PermissionDenied(SIGNATURE)
    act = acts.waiting(SIGNATURE, convention)
    if act is None:
        raise Refused(
            _(
                "Cette signature n’est plus proposée : la convention est signée, ou la proposition reprise. Rechargez la page."
            ),
            code="R80",
        )
    acts.approve(act, by=by, at=at)
    convention.refresh_from_db()


def _page(act: Act, convention: Convention) -> str:
    return reverse("funding:countersign_convention", args=[convention.pk])


def _countersign(act: Act, convention: Convention) -> None:
    by: Any = act.decided_by
    at: Any = act.decided_at
    with override("fr"):  # printed with the convention
        quality = str(QUALITY)
    ConventionSignature.objects.create(
        convention=convention,
        party=Party.STATE,
        quality=quality,
        sha256=act.payload["sha256"],
        act=act,
        by=by,
        at=at,
    )
    move(convention, "countersign", by)
    convention.signed_by, convention.signed_at = by, at
    convention.save(update_fields=["state", "signed_by", "signed_at"])
    record("convention.signed", convention, by=by, at=at, state=convention.state, act=act.pk)


def _says(act: Act, convention: Convention) -> str:
    words = {"name": convention.share.establishment, "cents": money.display(act.payload["cents"])}
    return _("Convention de %(cents)s à signer : %(name)s") % words


def _facts(act: Act, convention: Convention) -> list[acts.Fact]:
    told, signed = act.payload, convention.signatures.select_related("by").get(party=Party.BENEFICIARY)
    share = convention.share
    return [
        acts.Fact(_("Bénéficiaire"), "", f"{share.establishment}, SIRET {convention.siret}"),
        acts.Fact(_("Dossier"), "", str(share.grant.application)),
        acts.Fact(_("Montant maximal"), "", f"{money.display(told['cents'])}, {share.line.label}"),
        acts.Fact(_("Durée (mois)"), "", str(told["months"])),
        acts.Fact(_("Signée pour le bénéficiaire par"), "", f"{signed.by}, {signed.quality}"),
        acts.Fact(_("Empreinte SHA-256 de la convention"), "", told["sha256"], code=True),
    ]


acts.kind(
    SIGNATURE,
    label=gettext_lazy("Signature d’une convention"),
    subject=Convention,
    proposers=("instructor",),
    approvers=("direction",),
    does=_countersign,
    says=_says,
    facts=_facts,
    version=lambda convention: [convention.state, str(convention.document_id)],
    lock=lock_convention,
    page=_page,
    related=("share__establishment", "share__line", "share__grant__application"),
)
