"""Verbs of the bank account of a convention, by an act of two: proposed with the bank's file, validated by another person."""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import iban as iban_number

from directory.actions import fold
from edsh_portal import acts, documents
from edsh_portal.access import FINANCE
from edsh_portal.events import instant, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Act, Document
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import BankAccount, Convention
from .convention import lock_convention

VALIDATION = "iban.validate"


def same_holder(holder: str, legal_name: str) -> bool:
    """Whether both names are one: case, accents, punctuation and spaces apart."""
    return _plain(holder) == _plain(legal_name)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", fold(name)).strip()


@transaction.atomic
def propose_iban(
    convention: Convention,
    *,
    iban: str,
    holder: str,
    content: bytes,
    name: str,
    explanation: str = "",
    by: Any,
    at: datetime | None = None,
) -> BankAccount:
    """A French IBAN with right keys and the bank's file (`content`, a PDF). The account in force stays until the approval.

    A holder that is not the establishment's legal name is explained; the second person accepts it or not. R80, R05.
    """
    if not permissions.can_propose_iban(by, convention):
        raise PermissionDenied
    number, holder = _number(iban), holder.strip()
    legal_name = convention.share.establishment.name
    _need_holder(holder, legal_name, explanation)
    kind, name = desk.taken_in(content, name)
    if kind != desk.PDF:
        raise Refused(
            _("Le relevé d’identité bancaire se joint en PDF, tel que la banque l’a établi."), code="R05", field="file"
        )
    kept = quarantine.take_in(content)  # before the lock: writing takes time
    lock_convention(convention)
    at = instant(at, convention)
    _drop_pending(convention, by, at)
    document = documents.store(kept, name=name, media_type=kind.media_type, kind="rib", by=by, at=at)
    account = BankAccount.objects.create(
        convention=convention,
        iban=number,
        holder=holder,
        explanation=explanation.strip(),
        document=document,
        proposed_by=by,
        proposed_at=at,
    )
    record("iban.proposed", account, by=by, at=at, convention=convention.pk, document=str(document.pk))
    payload = {
        "convention": convention.pk,
        "account": account.pk,
        "iban": number,
        "holder": holder,
        "legal_name": legal_name,
        "explanation": account.explanation,
        "sha256": document.sha256,
    }
    acts.propose(VALIDATION, account, payload, by=by, at=at)
    return account


def _number(iban: str) -> str:
    number = iban_number.compact(iban).upper()
    if not number.startswith("FR") or not iban_number.is_valid(number):
        raise Refused(
            _(
                "Cet IBAN n’est pas valide : recopiez-le du RIB. Un IBAN français commence par FR et "
                "compte 27 caractères."
            ),
            code="R80",
            field="iban",
        )
    return number


def _need_holder(holder: str, legal_name: str, explanation: str) -> None:
    if not holder:
        raise Refused(_("Indiquez le titulaire du compte, tel qu’il figure sur le RIB."), code="R80", field="holder")
    if not same_holder(holder, legal_name) and not explanation.strip():
        raise Refused(
            _("Le titulaire n’est pas « %(name)s » : expliquez pourquoi l’aide doit être versée sur ce compte.")
            % {"name": legal_name},
            code="R80",
            field="explanation",
        )


def _drop_pending(convention: Convention, by: Any, at: datetime) -> None:
    """Another account was waiting: it gives way, and its author is told."""
    for pending in convention.accounts.filter(replaced_at=None, validated_at=None):
        _lapse(pending, by, at)


def _lapse(account: BankAccount, by: Any, at: datetime) -> None:
    act = acts.waiting(VALIDATION, account)
    if act is not None:
        acts.lapse(act, by=by, at=at)
    _drop(account, by, at)


def _drop(account: BankAccount, by: Any, at: datetime | None) -> None:
    account.replaced_at = at
    account.save(update_fields=["replaced_at"])
    record("iban.dropped", account, by=by, at=at, convention=account.convention_id)


@transaction.atomic
def note_rib_examined(account: BankAccount, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of the bank's file found, once; an account whose file is not kept is proposed no more.

    In the portal's own name.
    """
    account = _lock_account(account)
    at = instant(at, account)
    if examination.note(account.document, found, at) and not found.good and account.replaced_at is None:
        _lapse(account, None, at)


def validate_iban(account: BankAccount, *, by: Any, at: datetime | None = None) -> None:
    """A second person has checked the account with the beneficiary (R80, I18)."""
    if not permissions.can_validate_iban(by, account):
        raise PermissionDenied
    act = acts.waiting(VALIDATION, account)
    if act is None:
        raise Refused(_("Ce compte est déjà validé ou remplacé : rechargez la page."), code="R80")
    acts.approve(act, by=by, at=at)
    account.refresh_from_db()


def _validate(act: Act, account: BankAccount) -> BankAccount:
    """From now on orders go there; what is ordered already stays with the account of its order."""
    if account.document.scan_state == Document.Scan.EXAMINING:
        raise Refused(
            _("Le relevé d’identité bancaire est en cours d’examen : validez le compte dans un instant."), code="R80"
        )
    by, at = act.decided_by, act.decided_at
    account.convention.accounts.in_use().update(replaced_at=at)
    account.validated_by, account.validated_at = by, at
    account.save(update_fields=["validated_by", "validated_at"])
    record("iban.validated", account, by=by, at=at, convention=account.convention_id, act=act.pk)
    return account


def _undo(act: Act, account: BankAccount) -> None:
    if account.replaced_at is None:
        _drop(account, act.decided_by, act.decided_at)


def _lock_account(account: BankAccount) -> BankAccount:
    lock_convention(account.convention)
    account.refresh_from_db()
    return account


def _says(act: Act, account: BankAccount) -> str:
    words = {"name": de(account.convention.share.establishment), "last": act.payload["iban"][-4:]}
    return _("Compte bancaire %(name)s, se terminant par %(last)s") % words


def _facts(act: Act, account: BankAccount) -> list[acts.Fact]:
    told = act.payload
    current = account.convention.accounts.in_use().first()
    before = f"…{current.iban[-4:]}" if current else ""
    facts = [
        acts.Fact(_("IBAN se terminant par"), before, f"…{told['iban'][-4:]}"),
        acts.Fact(_("Titulaire"), current.holder if current else "", told["holder"]),
        acts.Fact(_("Dénomination de l’établissement"), "", told["legal_name"]),
    ]
    if told["explanation"]:
        facts.append(acts.Fact(_("Pourquoi le titulaire n’est pas l’établissement"), "", told["explanation"]))
    return facts


def _page(act: Act, account: BankAccount) -> str:
    return reverse("funding:validate_iban", args=[account.convention_id, account.pk])


acts.kind(
    VALIDATION,
    label=gettext_lazy("Compte bancaire"),
    subject=BankAccount,
    proposers=(acts.ANYBODY,),
    approvers=("validator", *FINANCE),
    gate=lambda user, account: permissions.can_propose_iban(user, account.convention),
    does=_validate,
    says=_says,
    facts=_facts,
    version=lambda account: account.replaced_at is None,
    lock=_lock_account,
    page=_page,
    undone=_undo,
    related=("convention__share__establishment", "convention__share__grant"),
)
