"""Time limits to contest, by the place of the applicant (CJA R421-1, R421-7). Pure."""

ABROAD = "99"  # how the INSEE codes begin of what is no part of France
OVERSEAS = ("971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988")


def months(departement: str) -> int:
    """Months to bring the case: two, three for an applicant overseas, four abroad. `departement` is an INSEE code, "" when unknown."""
    if departement.startswith(ABROAD):
        return 4
    return 3 if departement in OVERSEAS else 2
