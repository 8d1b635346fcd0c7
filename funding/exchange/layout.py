"""The columns of each file, as docs/EXCHANGES.md lists them. Their names are French, whatever the language of the page."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

END = "FIN"  # begins the last line: then the number of lines and the sum of the amounts


@dataclass(frozen=True)
class Column:
    """`kind`: text, digits (of `most` exactly), cents, signed (cents, below zero too), day, word (one of the layout's)."""

    key: str
    name: str
    most: int
    kind: str = "text"
    required: bool = False
    also: tuple[str, ...] = ()  # other names that tools give it


@dataclass(frozen=True)
class Layout:
    """`words`: what the column of kind « word » may hold, folded, and what it means here. `ignored`: known, and not read."""

    columns: tuple[Column, ...]
    words: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    closed: bool = True  # ends with the line END

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {fold(name): column for column in self.columns for name in (column.name, *column.also)}

    @property
    def head(self) -> list[str]:
        return [column.name for column in self.columns]


def fold(name: str) -> str:
    """A name without case, accent, space nor punctuation."""
    bare = unicodedata.normalize("NFKD", name.replace("º", "°")).casefold()
    return re.sub(r"[^a-z0-9]", "", bare)


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
REFERENCE = Column("reference", "Référence portail", 20, required=True, also=("référence",))
EJ = Column("ej", "N° EJ", 20, also=("EJ", "numéro EJ", "engagement juridique"))
DP = Column("dp", "N° DP", 20, also=("DP", "numéro DP", "demande de paiement"))
TIERS = Column("tiers", "N° tiers", 14, "digits", required=True, also=("tiers", "numéro tiers", "SIRET"))
CENTS = Column("cents", "Montant (€)", 16, "cents", required=True)
IMPUTATION = (
    Column("centre", "Centre financier", 80),
    Column("domain", "Domaine fonctionnel", 80),
    Column("activity", "Activité", 80),
    Column("axis", "Axe ministériel", 80),
    Column("accountant", "Comptable assignataire", 160),
)
BENEFICIARY = (Column("name", "Raison sociale", 160), Column("dossier", "Dossier", 20))
ENGAGEMENTS = Layout(
    (REFERENCE, EJ, TIERS, *BENEFICIARY, Column("line", "Source", 80), *IMPUTATION, CENTS, Column("engaged_on", "Engagé le", 10, "day"))
)  # fmt: skip
PAYMENTS = Layout(
    (
        REFERENCE, EJ, DP, TIERS, *BENEFICIARY, Column("line", "Source", 80), *IMPUTATION, Column("nature", "Nature", 20),
        Column("year", "Exercice", 4), CENTS, Column("certified_on", "Service fait le", 10, "day"),
        Column("ordered_on", "Ordonnancé le", 10, "day"),
    )
)  # fmt: skip

# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
ENGAGED, REGISTERED, PAID, REJECTED = "engaged", "registered", "paid", "rejected"
STATUS = Column("status", "Statut", 20, "word", required=True, also=("état",))
RETURN = Layout(
    (REFERENCE, Column("ej", "N° EJ", 20, required=True, also=EJ.also), DP, TIERS, STATUS, CENTS, Column("on", "Date", 10, "day", also=("date de paiement",))),
    words={"engage": ENGAGED, "enregistre": REGISTERED, "encours": REGISTERED, "paye": PAID, "payee": PAID, "rejete": REJECTED, "rejetee": REJECTED},
)  # fmt: skip
BANK = Layout(
    (
        Column("reference", "Référence", 20, required=True, also=("n° DP", "DP", "référence portail")), CENTS, STATUS,
        Column("on", "Date", 10, "day", required=True, also=("date d’exécution",)), Column("motive", "Motif", 200),
    ),
    words={"execute": PAID, "executee": PAID, "paye": PAID, "rejete": REJECTED, "rejetee": REJECTED},
)  # fmt: skip
# As HAPI exports it (notifications of the agencies): separated by « | », decimal point, « jj/mm/aaaa hh:mm:ss »; no closing line.
HAPI = Layout(
    (
        Column("tiers", "SIRET", 14, "digits", required=True),
        Column("reference", "NUM_NOTIFICATION", 20, required=True),
        Column("cents", "MONTANT_NOTIFIE", 16, "signed", required=True),
        Column("on", "DATE_DOCUMENT", 19, "day"),
    ),
    ignored=(
        "NOM_ARS", "CODE_ARS", "CAMPAGNE", "ID_BENEFICIAIRE", "CODE_SIBC", "SIREN", "CODE_DEPARTEMENT", "TERRITOIRE_ADMINISTRATIF",
        "PORTEFEUILLE", "TYPE_BENEFICIAIRE", "CATEGORIE_BENEFICIAIRE", "STATUT_JURIDIQUE", "SECTEUR_RATTACHEMENT", "ENVELOPPE",
        "SOUS_ENVELOPPE", "MODE_DELEGATION_DELEGUE", "MODE_DELEGATION_UTILISE", "MESURE_NIV1", "MESURE_NIV2", "MESURE_NIV3", "PAYEUR",
        "RAISON_SOCIALE", "LIBELLE_ACTION", "SIBC_ENGAGEMENT", "MOTIVATION", "NUM_PROJET_GESTION", "NUM_ARRETE_DA", "TYPE_ARRETE",
        "MONTANT_SAISI", "MONTANT_VALIDATION_INTER", "MONTANT_VALIDATION_FINALE", "ID_AUTHOR", "DATE_EFFET", "CODE_PEP", "PEP_ENGAGEMENT",
    ),
    closed=False,
)  # fmt: skip
SENT = {"engagements": ENGAGEMENTS, "payments": PAYMENTS}
READ = {"return": RETURN, "bank": BANK, "hapi": HAPI}
