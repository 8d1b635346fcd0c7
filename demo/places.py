"""Where the demo happens: the real laureates' establishments by FINESS; every other body plainly fictitious."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A fictitious body (FINESS and SIRET in ranges no real body has), or a real GCS whose numbers are not public here."""

    key: str
    name: str
    kind: str
    category: str
    departement: str
    activity: int = 40_000
    gcs_of: tuple[str, ...] = ()  # FINESS of the real members of a GCS
    ght: str = ""


# GCS bearers and the cancer-centre network of the confirmed laureates (CALL.md §1.9): real names, identifiers fictitious.
BEARERS = (
    Place(
        "gcs_grand_est",
        "GCS Grand Est",
        "gcs",
        "GCS",
        "54",
        300_000,
        ("250000015", "210780581", "570005165", "540023264", "510000029", "670780055"),
    ),
    Place(
        "gcs_hugo",
        "GCS HUGO",
        "gcs",
        "GCS",
        "49",
        320_000,
        ("440000289", "350005179", "490000031", "370000481", "290000017", "450000088"),
    ),
    Place("gcs_nova", "GCS NOVA", "gcs", "GCS", "33", 180_000, ("330781196", "870000015", "860014208")),
    Place(
        "gcs_houraa", "GCS HOURAA", "gcs", "GCS", "69", 260_000, ("630780989", "380780080", "690781810", "420784878")
    ),
    Place("gcs_g4", "GCS G4", "gcs", "GCS", "59", 270_000, ("800000044", "140000100", "590780193", "760780239")),
    Place("unicancer", "Unicancer", "gcs", "GCS", "75", 150_000),
)
FICTITIOUS = (
    Place("valmont", "CHU fictif de Valmont", "public", "CHU", "63", 90_000, ght="FIC-01"),
    Place("rivebelle", "CH fictif de Rivebelle", "public", "CH", "03", 35_000, ght="FIC-01"),
    Place("hauteroche", "CH fictif de Hauteroche", "public", "CH", "38", 45_000, ght="FIC-02"),
    Place("sablons", "Clinique fictive des Sablons", "private", "Clinique", "13", 30_000),
    Place("belair", "CH fictif de Bel-Air", "public", "CH", "84", 42_000, ght="FIC-03"),
    Place("monteclair", "CH fictif de Montéclair", "public", "CH", "2A", 38_000, ght="FIC-04"),
    Place("lagrive", "CH fictif de La Grive", "public", "CH", "974", 41_000, ght="FIC-05"),
    Place("orvanne", "CH fictif d’Orvanne", "public", "CH", "77", 33_000, ght="FIC-06"),
    Place("brevent", "CH fictif du Brévent", "public", "CH", "74", 36_000, ght="FIC-07"),
    Place("faugere", "CH fictif de Faugère", "public", "CH", "83", 37_000, ght="FIC-08"),
    Place("nervalle", "CH fictif de Nervalle", "public", "CH", "06", 39_000, ght="FIC-09"),
    Place("ternay", "CH fictif de Ternay", "public", "CH", "973", 31_000, ght="FIC-10"),
    Place("sourdeval", "CH fictif de Sourdeval", "public", "CH", "50", 32_000, ght="FIC-11"),
    Place("ambrelle", "CH fictif d’Ambrelle", "public", "CH", "81", 34_000, ght="FIC-12"),
    Place("expertise", "Université fictive d’Expertise", "research", "Université", "75", 0),
    Place("institut", "Institut fictif de recherche", "research", "Institut", "35", 0),
)
