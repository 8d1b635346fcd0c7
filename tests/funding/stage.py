"""A call with its envelope, a dossier of two hospitals and everyone who touches its money, built through verbs."""

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import pikepdf
from django.db import transaction
from stdnum import iban as iban_number

from applications import actions as dossiers
from applications.models import Application
from calls import actions as calls
from directory import actions as directory
from directory.identifiers import fictitious_finess, fictitious_siret
from directory.models import Departement, Establishment, Region
from edsh_portal import acts, documents
from edsh_portal.intake.examination import Found
from edsh_portal.models import Document
from edsh_portal.pdf.stamp import apart
from funding import actions
from funding.models import (
    Agreement,
    BankAccount,
    Ceiling,
    Claim,
    Convention,
    Envelope,
    Grant,
    Instalment,
    Line,
)  # fmt: skip
from funding.permissions import ON_EXPENSES
from funding.seed import seed_funding
from tests.applications.world import examined, mandate
from tests.funding.world import approved
from tests.heard import heard
from tests.roles import give

NOW = datetime(2023, 5, 10, 8, 0, tzinfo=UTC)
BOUNDS = {
    "consent": "",
    "min_activity": 1, "min_base_cents": 1, "service_name": "DGOS", "service_address": "Paris",
    "service_email": "edsh@sante.invalid", "service_phone": "01",
}  # fmt: skip
PIECES = ({"code": "presentation", "title": "Présentation", "per_member": False, "required": True, "order": 1},)
ROLES = {
    "dora": "direction", "driss": "instructor", "victor": "validator", "adam": "administrator", "emma": "certifier",
    "olivier": "orderer", "farid": "payer", "aude": "auditor", "claire": "expert", "nadia": "hdh", "jean": "jury_chair",
}  # fmt: skip


@dataclass
class Stage:
    """The cast by first name, the two lines by code, and the last things made."""

    call: Any
    wave: Any
    cast: SimpleNamespace
    rennes: Establishment
    brest: Establishment
    lines: dict[str, Line] = field(default_factory=dict)

    def dossier(self, acronym: str = "ODH") -> Any:
        application = dossiers.create(
            self.wave, coordinator=self.rennes, acronym=acronym, again=True, by=self.cast.alice
        )
        partner = dossiers.invite_partner(application, self.brest, by=self.cast.alice)
        dossiers.accept_membership(partner, by=self.cast.bruno)
        return application

    def deposited(self) -> Any:
        """A dossier with all that a deposit asks, deposited by sophie; Rennes spends 1 M€ on two budget lines, Brest 800 k€."""
        c, application = self.cast, self.dossier()
        row = partial(dossiers.save_row, application, by=c.alice)
        row("identity", acronym="ODH", title="Un entrepôt", goal="build", starts_on=date(2023, 1, 1), months=24, maturity_now=3,
            maturity_target=8)  # fmt: skip
        dossiers.save_field(application, "answers.ambition", "Relier deux hôpitaux.", read_version=0, by=c.alice)
        university = dossiers.add_associated(application, name="Université", kind="research", by=c.alice)
        for number in range(3):
            row("projects", title=f"Projet {number}", theme="Cancer", summary="Résumé.", partners=[university])
        row("perimeters", scope="Séjours", depth="Dix ans", refresh="Mensuelle", duration="Cinq ans", interest="Fort")
        for member in application.memberships.order_by("pk"):
            by, cents = (c.alice, 400_000_00) if member.role == "coordinator" else (c.bruno, 200_000_00)
            dossiers.save_row(member.application, "members", row=member, work="Intégrer les sources.", by=by)
            plan = {"aid_cents": 600_000_00, "own_cents": cents}
            dossiers.save_budget(member, {(0, "staff", 2023): 600_000_00, (0, "hosting", 2024): cents}, plan, by=by)
        dossiers.add_piece(application, "presentation", rib()["content"], name="présentation.pdf", by=c.alice)
        examined()
        mandate(application.memberships.get(role="partner"), by=c.paula)
        dossiers.submit(application, by=c.sophie)
        examined()
        return Application.objects.get(pk=application.pk)

    def granted(self, rennes: int = 600_000_00, brest: int = 400_000_00, *, line: str = "FR2030") -> Grant:
        """The award of a dossier that was deposited, engaged: its beneficiaries may declare what they spend."""
        of = self.lines[line]
        made = self.reserved(
            self.deposited(), [(self.rennes, of, rennes), *([(self.brest, of, brest)] if brest else [])]
        )
        actions.engage(made, by=self.cast.dora)
        return made

    def claim(self, convention: Convention, spent: dict[str, int], *, final: bool = False, month: int = 1) -> Claim:
        """A statement of a month of 2023 with these expenses, certified by the signatory, who sends it."""
        c = self.cast
        writer, signer = (c.alice, c.sophie) if convention.share.establishment == self.rennes else (c.bruno, c.paula)
        first = date(2023, month, 1)
        made = actions.open_claim(
            convention, starts_on=first, ends_on=date(2023, month, 28), final=final, forecast_cents=0, by=writer
        )
        for category, cents in spent.items():
            actions.add_line(
                made, category=category, label=f"Dépense {category}", paid_on=first, cents=cents, by=writer, **rib()
            )
        examined()
        actions.ask_certificate(made, accountant=signer, by=writer)
        actions.certify_claim(made, quality="Agent comptable", by=signer)
        return made

    def accepted(self, claim: Claim, **kept: int) -> Claim:
        """Every line is checked on its evidence, in full but for the categories that are named; then the whole is accepted."""
        for line in claim.lines.order_by("pk"):
            cents = kept.get(line.category, line.cents)
            actions.check_line(
                line, eligible_cents=cents, refusal="" if cents == line.cents else "Hors sujet", evidence_seen=True,
                by=self.cast.driss,
            )  # fmt: skip
        actions.accept_claim(claim, by=self.cast.driss)
        return claim

    def settled(self, convention: Convention, eligible: int) -> Claim:
        """The final statement of a convention, of so much on the first budget line, accepted."""
        return self.accepted(self.claim(convention, {"staff": eligible}, final=True))

    def grant(
        self, rennes: int = 600_000_00, brest: int = 400_000_00, *, line: str = "FR2030", engaged: bool = True
    ) -> Grant:
        of = self.lines[line]
        parts = [(self.rennes, of, rennes), *([(self.brest, of, brest)] if brest else [])]
        made = self.reserved(self.dossier(), parts)
        if engaged:
            actions.engage(made, by=self.cast.dora)
        return made

    def reserved(self, application: Any, shares: list[Any], *, proposer: Any = None, by: Any = None) -> Grant:
        """What the approval of a decision does of the money, by an act of its own."""
        proposer, by = proposer or self.cast.driss, by or self.cast.victor
        movements = list(actions.reservations(shares).values())
        with transaction.atomic():
            act = approved("decision.approve", proposer, by, *movements)
            return actions.reserve(application, shares=shares, act=act, by=by)

    def voided(self, grant: Grant, reason: str, *, by: Any = None, at: datetime | None = None) -> None:
        """What the withdrawal of a decision does of the money, by an act of its own."""
        by = by or self.cast.dora
        with transaction.atomic():
            act = approved("decision.revoke", self.cast.victor, by, withdraws=grant.pk)
            actions.void(grant, reason=reason, act=act, by=by, at=at)

    def open_envelope(self, *, act: str, shares: list[Any], proposer: Any = None, by: Any = None) -> Envelope:
        asked = actions.propose_envelope(self.call, act=act, shares=shares, by=proposer or self.cast.olivier)
        return acts.approve(asked, by=by or self.cast.dora)

    def set_ceiling(self, line: Line, rule: str, rate_bp: int, *, source: str) -> Ceiling:
        asked = actions.propose_ceiling(line, rule, rate_bp, source=source, by=self.cast.olivier)
        return acts.approve(asked, by=self.cast.dora)

    def recover(self, share: Any, *, cents: int, ground: str = "object", proposer: Any = None, by: Any = None) -> None:
        heard(share.convention, ground=ground, cents=cents, by=proposer or self.cast.emma)
        asked = actions.propose_recovery(share, cents=cents, ground=ground, by=proposer or self.cast.emma)
        acts.approve(asked, by=by or self.cast.olivier)

    def convention(self, share: Any, *, months: int = 36, signed: bool = True, account: bool = True) -> Convention:
        c = self.cast
        made = actions.prepare_convention(share, siret=share.establishment.siret, months=months, by=c.driss)
        if account:
            self.account(made, share.pk)
        if not signed:
            return made
        if actions.needs_agreement(share.grant) and not share.grant.agreements.exists():
            self.agreement(share.grant)
        return self.signed(made)

    def sent(self, convention: Convention) -> Convention:
        return sent(convention)

    def agreed(self, convention: Convention) -> Convention:
        """Sent, and signed by who represents the beneficiary."""
        return agreed(
            convention, self.cast.sophie if convention.share.establishment == self.rennes else self.cast.paula
        )

    def signed(self, convention: Convention) -> Convention:
        """By both parties."""
        return countersigned(self.agreed(convention), self.cast.driss, self.cast.dora)

    def agreement(self, grant: Grant, *, validated: bool = True) -> Agreement:
        """Filed by the coordinator, its file examined, validated by the instruction."""
        made = filed(grant, self.cast.alice)
        if validated:
            actions.validate_agreement(made, by=self.cast.driss)
        return made

    def account(self, convention: Convention, number: int, *, by: Any = None, second: Any = None) -> BankAccount:
        """Proposed with its file, which is examined, and validated."""
        name, proposer = convention.share.establishment.name, by or self.cast.driss
        made = kept(actions.propose_iban(convention, iban=iban(number), holder=name, by=proposer, **rib()))
        actions.validate_iban(made, by=second or self.cast.victor)
        return made

    def contracted(self, **more: Any) -> list[Convention]:
        return [self.convention(share) for share in self.grant(**more).shares.order_by("pk")]

    def plan(self, convention: Convention, cents: int, kind: str = "advance", year: int = 2023) -> Instalment:
        """What it waits for is met."""
        made = actions.plan_instalment(
            convention, kind=kind, cents=cents, year=year, evidence="Convention signée", by=self.cast.driss
        )
        return met(made, self.cast.driss, self.cast.emma)

    def pay(self, instalment: Instalment) -> Instalment:
        """What it still waits for is met."""
        met(instalment, self.cast.driss, self.cast.emma)
        actions.certify(instalment, by=self.cast.emma)
        actions.order(instalment, by=self.cast.olivier)
        actions.pay(instalment, by=self.cast.farid)
        return instalment


@cache
def rib() -> dict[str, Any]:
    """The file of the bank, as it is joined."""
    made, out = pikepdf.Pdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(out, deterministic_id=True)
    return {"content": out.getvalue(), "name": "rib.pdf"}


def met(instalment: Instalment, instructor: Any, certifier: Any) -> Instalment:
    """Its conditions, but its expenses while no statement of its convention is accepted."""
    last = instalment.convention.claims.accepted().order_by("number").last()
    for condition in instalment.conditions.filter(met_at=None).order_by("pk"):
        by, named = certifier if condition.kind in ON_EXPENSES else instructor, actions.rests_on_claim(condition)
        if last or not named:
            said = {"claim": last} if named else {}
            actions.meet_condition(condition, evidence="Pièce du 2 mai 2023", by=by, **said)
    return instalment


def sent(convention: Convention, content: bytes | None = None) -> Convention:
    """As the portal sends it: kept, and handed to its beneficiary (what is printed on it has its own tests)."""
    paper = documents.store(
        documents.keep(content or rib()["content"]),
        name="convention.pdf",
        media_type="application/pdf",
        kind="convention",
        by=None,
        issued=True,
    )
    actions.send_convention(convention, paper)
    return convention


def agreed(convention: Convention, signatory: Any) -> Convention:
    document = sent(convention).document
    assert document is not None
    actions.sign_convention(convention, quality="Directrice générale", sha256=document.sha256, by=signatory)
    return convention


def countersigned(convention: Convention, proposer: Any, by: Any) -> Convention:
    actions.propose_signature(convention, by=proposer)
    actions.countersign_convention(convention, by=by)
    return convention


def filed(grant: Grant, by: Any) -> Agreement:
    """Its file has been examined, and may be kept."""
    made = actions.file_agreement(grant, signed_on=grant.engaged_at.date(), by=by, **agreement())
    actions.note_agreement_examined(made, Found(Document.Scan.CLEAN))
    return made


def agreement() -> dict[str, Any]:
    """The file of the agreement, as its coordinator joins it."""
    return rib() | {"name": "accord.pdf"}


def signed_by(content: bytes, name: str, key: Any = None) -> bytes:
    """The document with the electronic signature of somebody whose certificate bears this name."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    meta = signers.PdfSignatureMetadata(field_name=name.replace(" ", ""), md_algorithm="sha256")
    return bytes(apart(lambda: signers.PdfSigner(meta, signer=key or signer(name)).sign_pdf(writer)).getbuffer())


def signer(name: str) -> Any:
    """A key of their own and its certificate, of no authority."""
    from asn1crypto import keys as keys1
    from asn1crypto import x509 as x5091
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    said = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(said)
        .issuer_name(said)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2022, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2042, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    pkcs8 = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x5091.Certificate.load(made.public_bytes(der)),
        signing_key=keys1.PrivateKeyInfo.load(pkcs8),
        cert_registry=SimpleCertificateStore(),
    )


def kept(account: BankAccount) -> BankAccount:
    """Its file has been examined, and may be kept."""
    actions.note_rib_examined(account, Found(Document.Scan.CLEAN))
    return account


def iban(number: int) -> str:
    account = f"{number:011d}"
    body = f"0000000000{account}{97 - 3 * number % 97:02d}"
    return f"FR{iban_number.calc_check_digits('FR00' + body)}{body}"


def build() -> Stage:
    people = {name: person(name, role=role) for name, role in ROLES.items()}
    driss = people["driss"]
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="Essayer.", by=driss)
    criteria = [{"number": n, "title": f"Critère {n}", "guidance": "", "weight": 50, "floor": None} for n in (1, 2)]
    rates = tuple({"kind": kind, "rate_bp": 10_000} for kind in ("public", "private", "gcs"))
    settings = calls.new_settings(call, bounds=BOUNDS, criteria=criteria, pieces=PIECES, rates=rates, by=driss)
    wave = calls.create_wave(
        call,
        settings,
        number=1,
        opens_at=datetime(2023, 1, 1, tzinfo=UTC),
        closes_at=datetime(2029, 1, 1, tzinfo=UTC),
        by=driss,
    )
    call = calls.publish_call(call, by=driss)
    rennes, brest, nantes = (place(n, f"CHU de {name}") for n, name in enumerate(("Rennes", "Brest", "Nantes")))
    for name, where, kind in (
        ("alice", rennes, "writer"), ("sophie", rennes, "signatory"), ("bruno", brest, "writer"),
        ("paula", brest, "signatory"), ("zoe", nantes, "signatory"),
    ):  # fmt: skip
        people[name] = person(name, where, kind)
    stage = Stage(call, wave, SimpleNamespace(**people), rennes, brest)
    seed_funding(call, proposer=people["olivier"], by=people["dora"])
    stage.lines = {line.code: line for line in Line.objects.filter(call=call)}
    return stage


def person(name: str, where: Establishment | None = None, kind: str = "writer", role: str = "") -> Any:
    user = directory.create_user(email=f"{name}@test.invalid", full_name=name.capitalize(), by=None)
    if where is not None:
        directory.affiliate(user, where, kind=kind, by=None)
    if role:
        give(user, role)
    return user


def place(number: int, name: str) -> Establishment:
    Region.objects.get_or_create(code="53", defaults={"name": "Bretagne", "ars": "ARS Bretagne", "svg_code": "bre"})
    there, _ = Departement.objects.get_or_create(
        code="35", defaults={"name": "Ille-et-Vilaine", "region_id": "53", "population": 1_100_000}
    )
    return directory.create_establishment(
        finess=fictitious_finess(900 + number), siret=fictitious_siret(900 + number), name=name, kind="public", category="CHU",
        ght_code="", departement=there, activity=60_000, fictitious=True, by=None,
    )  # fmt: skip
