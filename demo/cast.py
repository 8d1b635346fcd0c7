"""The cast: everyone of the house's stories, fictitious, with the same password in the demo."""

from dataclasses import dataclass

PASSWORD = "demonstration-edsh-fictive"  # printed by bin/demo; no production uses this room  # noqa: S105
DOMAIN = "edsh.example"


@dataclass(frozen=True)
class Person:
    key: str
    full_name: str
    roles: tuple[str, ...] = ()
    establishment: str = ""  # key of demo/places.py
    kind: str = ""
    does: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


CAST = (
    Person("adam", "Adam Benoît (fictif)", ("administrator",), does="administre les rôles et les réglages de l’appel"),
    Person(
        "agnes", "Agnès Colin (fictive)", ("administrator",), does="approuve les rôles qu’Adam propose, et inversement"
    ),
    Person("alice", "Alice Morel (fictive)", (), "valmont", "writer", "coordonne et écrit le dossier VALMONT"),
    Person(
        "bruno", "Bruno Lefèvre (fictif)", (), "rivebelle", "writer", "remplit la part de son établissement partenaire"
    ),
    Person("sophie", "Sophie Garnier (fictive)", (), "valmont", "signatory", "dépose, retire, reçoit la décision"),
    Person("zoe", "Zoé Carpentier (fictive)", (), "hauteroche", "writer", "autre hôpital : ne voit rien des autres"),
    Person(
        "driss", "Driss Amrani (fictif)", ("instructor",), does="instruit, affecte les experts, propose les montants"
    ),
    Person("victor", "Victor Salmon (fictif)", ("validator",), does="valide la recevabilité, approuve les décisions"),
    Person("jean", "Jean Delmas (fictif)", ("jury_chair",), does="préside le jury, arrête la liste"),
    Person("emma", "Emma Roussel (fictive)", ("certifier",), does="certifie le service fait"),
    Person("olivier", "Olivier Perrin (fictif)", ("orderer",), does="ordonnance les paiements"),
    Person("farid", "Farid Meziane (fictif)", ("payer",), does="paie"),
    Person("dora", "Dora Vasseur (fictive)", ("direction",), does="lit les tableaux de bord, publie les résultats"),
    Person("nadia", "Nadia Ferrand (fictive)", ("hdh",), does="donne l’avis du Health Data Hub sur le critère 12"),
    Person("aude", "Aude Thévenet (fictive)", ("auditor",), does="lit tout, n’écrit rien, est tracée"),
    Person("claire", "Claire Aubry (fictive)", ("expert",), "expertise", "employee", "évalue les dossiers"),
)
ADMINISTRATORS = ("adam", "agnes")  # the first two, seated by name
EXPERTS = tuple(
    Person(
        f"expert{n:02d}", f"{name} (fictif)", ("expert",), "expertise" if n % 2 else "institut", "employee", "évalue"
    )
    for n, name in enumerate(
        (
            "Paul Vidal",
            "Inès Kaci",
            "Marc Leroux",
            "Lucie Bonnet",
            "Karim Haddad",
            "Anne Petit",
            "Hugo Marchal",
            "Salomé Diaz",
            "Théo Gauthier",
            "Mina Rahmani",
            "Louis Caron",
            "Eva Nowak",
        ),
        start=1,
    )
)


def everyone() -> tuple[Person, ...]:
    return CAST + EXPERTS


def accounts() -> list[dict[str, str]]:
    """For bin/demo: who signs in with what."""
    return [
        {"name": p.key, "email": p.email, "password": PASSWORD, "role": ", ".join(p.roles) or p.kind, "does": p.does}
        for p in everyone()
    ]
