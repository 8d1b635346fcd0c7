"""The dossiers of the demo: the confirmed laureates with their establishments, the rest fictitious; every amount fictitious."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """One dossier's fate. Amounts in whole euros of aid asked; members are keys of places or FINESS numbers."""

    acronym: str
    title: str
    wave: int
    members: tuple[str, ...]  # coordinator first
    aid_euros: int
    fate: str  # award reserve refusal ineligible inadmissible withdrawn lapse
    goal: str = "build"
    line: str = "FR2030"
    strength: int = 7  # centre of the fictitious scores
    extra_versions: int = 0
    complement: bool = False  # the service asks it to complete before it is judged
    by_post: bool = False  # it has not agreed to be notified electronically


PLANS = (
    # wave 1: six confirmed laureates
    Plan(
        "ACCES",
        "Consolidation de l’entrepôt de données de santé de l’AP-HP",
        1,
        ("750712184",),
        7_900_000,
        "award",
        "consolidate",
        strength=9,
        extra_versions=1,
    ),
    Plan(
        "eDOL", "Entrepôt de données de santé du CHU de Montpellier", 1, ("340780477",), 4_600_000, "award", strength=8
    ),
    Plan(
        "EDEN4HEALTH",
        "Entrepôt de données du Grand Est",
        1,
        ("gcs_grand_est",),
        8_100_000,
        "award",
        line="ONDAM",
        strength=8,
    ),
    Plan(
        "ODH 2.0",
        "Ouest Data Hub, deuxième étape",
        1,
        ("gcs_hugo",),
        7_700_000,
        "award",
        "consolidate",
        line="ONDAM",
        strength=9,
    ),
    Plan("EDS NOVA", "Entrepôts de données de Nouvelle-Aquitaine", 1, ("gcs_nova",), 5_200_000, "award", strength=8),
    Plan(
        "OncoDS",
        "Réseau d’entrepôts des centres de lutte contre le cancer",
        1,
        ("unicancer",),
        5_400_000,
        "award",
        strength=8,
    ),
    # wave 1: fictitious
    Plan(
        "VALMONT",
        "Entrepôt territorial fictif de Valmont",
        1,
        ("valmont", "rivebelle"),
        2_400_000,
        "award",
        strength=7,
        extra_versions=1,
    ),
    Plan(
        "HAUTEROCHE",
        "Entrepôt fictif de Hauteroche",
        1,
        ("hauteroche", "brevent"),
        3_100_000,
        "reserve",
        strength=6,
        by_post=True,
    ),
    Plan("BELAIR", "Entrepôt fictif de Bel-Air", 1, ("belair", "faugere"), 2_900_000, "reserve", strength=6),
    Plan("SABLONS", "Entrepôt fictif des Sablons", 1, ("sablons", "nervalle"), 2_200_000, "refusal", strength=5),
    Plan("ORVANNE", "Entrepôt fictif d’Orvanne", 1, ("orvanne",), 1_900_000, "refusal", strength=4),
    Plan("AMBRELLE", "Entrepôt fictif d’Ambrelle", 1, ("ambrelle", "sourdeval"), 2_000_000, "refusal", strength=4),
    Plan("LAGRIVE-A", "Entrepôt fictif de La Grive, volet A", 1, ("lagrive",), 1_700_000, "ineligible"),
    Plan("LAGRIVE-B", "Entrepôt fictif de La Grive, volet B", 1, ("lagrive", "ternay"), 1_800_000, "ineligible"),
    Plan("MONTECLAIR", "Entrepôt fictif de Montéclair", 1, ("monteclair",), 1_500_000, "inadmissible", complement=True),
    Plan("NERVALLE", "Entrepôt fictif de Nervalle", 1, ("nervalle",), 1_600_000, "withdrawn"),
    Plan("TERNAY", "Entrepôt fictif de Ternay", 1, ("ternay",), 1_400_000, "lapse"),
    # wave 2: three confirmed laureates
    Plan("AnDH", "Antilles Data Hub", 2, ("970211207", "970100228"), 3_400_000, "award", line="ONDAM", strength=8),
    Plan("D2H", "Data Hub HOURAA", 2, ("gcs_houraa",), 4_800_000, "award", strength=8),
    Plan("DATA4HEALTH", "Entrepôts interrégionaux du G4", 2, ("gcs_g4",), 4_900_000, "award", line="ONDAM", strength=8),
    # wave 2: fictitious
    Plan(
        "HAUTEROCHE-2",
        "Entrepôt fictif de Hauteroche, nouvelle demande",
        2,
        ("hauteroche", "brevent"),
        2_800_000,
        "reserve",
        strength=6,
    ),
    Plan("FAUGERE", "Entrepôt fictif de Faugère", 2, ("faugere",), 1_800_000, "refusal", strength=5),
    Plan("SOURDEVAL", "Entrepôt fictif de Sourdeval", 2, ("sourdeval", "ambrelle"), 2_100_000, "refusal", strength=4),
    Plan("BREVENT", "Entrepôt fictif du Brévent", 2, ("brevent",), 1_300_000, "inadmissible"),
    Plan("ORVANNE-2", "Entrepôt fictif d’Orvanne, nouvelle demande", 2, ("orvanne",), 1_700_000, "withdrawn"),
    Plan("SABLONS-2", "Entrepôt fictif des Sablons, nouvelle demande", 2, ("sablons",), 1_500_000, "lapse"),
)
