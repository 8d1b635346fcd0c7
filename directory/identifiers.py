"""Names and numbers of establishments: FINESS and SIRET check keys, and the ranges of fictitious numbers that no real body has.

Pure. FINESS: nine characters, Luhn, Corsica's A and B read 1 and 2; that reading rests on two public numbers only, so a
wrong key warns for 2A and 2B and blocks elsewhere. A FINESS begins with a département: 99 is none. A SIREN never begins
with 0 (1 and 2: public bodies; 3 to 9: the others).
"""

import re
import unicodedata

from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

FINESS_FORM = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")
FICTITIOUS_FINESS, FICTITIOUS_SIRET = "99", "000"


def fold(text: str) -> str:
    """Lower case without accents: the order of the lists, whatever the server's collation."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "Oe"))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def compact(text: str) -> str:
    """What was typed, without spaces, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-]", "", text).upper()


def _digits(finess: str) -> str:
    return finess.replace("A", "1").replace("B", "2")


def finess_valid(text: str) -> bool:
    """Form and key both hold."""
    return bool(FINESS_FORM.fullmatch(text)) and luhn.is_valid(_digits(text))


def finess_problem(text: str) -> str:
    """Why this FINESS cannot be entered, or "" (a Corsican key that fails is only `finess_doubtful`)."""
    if not FINESS_FORM.fullmatch(text):
        return _("Un numéro FINESS a neuf caractères : deux pour le département, puis sept chiffres.")
    if not finess_valid(text) and not finess_doubtful(text):
        return _("La clé de contrôle de ce numéro FINESS est fausse : vérifiez chaque chiffre.")
    return ""


def finess_doubtful(text: str) -> bool:
    """A Corsican number whose key fails: to be checked by a person."""
    return bool(FINESS_FORM.fullmatch(text)) and text[:2] in ("2A", "2B") and not finess_valid(text)


def siret_problem(text: str) -> str:
    """Why this SIRET cannot be entered, or ""."""
    if not re.fullmatch(r"[0-9]{14}", text):
        return _("Un numéro SIRET a quatorze chiffres.")
    if not stdnum_siret.is_valid(text):
        return _("La clé de contrôle de ce numéro SIRET est fausse : vérifiez chaque chiffre.")
    return ""


def siren_valid(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{9}", text)) and stdnum_siren.is_valid(text)


def finess_fictitious(finess: str | None) -> bool:
    return (finess or "").startswith(FICTITIOUS_FINESS)


def siret_fictitious(siret: str) -> bool:
    return siret.startswith(FICTITIOUS_SIRET)


def fictitious_finess(number: int) -> str:
    """The `number`-th (0 to 999,999) FINESS of nobody, its key right."""
    stem = f"{FICTITIOUS_FINESS}{number:06d}"
    return stem + luhn.calc_check_digit(stem)


def fictitious_siret(number: int) -> str:
    """The `number`-th (0 to 99,999) SIRET of nobody: its SIREN's key and its own are right."""
    stem = f"{FICTITIOUS_SIRET}{number:05d}"
    head = stem + luhn.calc_check_digit(stem) + "0001"
    return head + luhn.calc_check_digit(head)
