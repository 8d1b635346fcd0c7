"""Files exchanged with the State's tools: two batches, what came back of them, the bank, HAPI, and what is left for somebody to do."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

from edsh_portal.intake import desk
from funding import actions as funding
from funding import returned
from funding.exchange.layout import END
from funding.models import Import, ImportLine

from .world import Story, World, on

RETURN = ("Référence portail", "N° EJ", "N° DP", "N° tiers", "Statut", "Montant (€)", "Date")
BANK = ("Référence", "Montant (€)", "Statut", "Date", "Motif")
HAPI = ("NOM_ARS", "SIRET", "NUM_NOTIFICATION", "MONTANT_NOTIFIE")
NOBODY = "00000000000000"  # a SIRET of nobody
Row = Sequence[str]


def exchange(world: World) -> Story:
    at = on(2024, 2, 2, 8)
    yield at
    olivier, farid = world.people["olivier"], world.people["farid"]
    lost = funding.send_batch("engagements", by=olivier)
    funding.cancel_batch(lost, reason="Fichier perdu avant son envoi", by=olivier)
    engaged, ordered = list(returned.shares(returned.to_send("engagements"))), returned.to_send("payments")
    requests = list(returned.instalments(ordered))
    funding.send_batch("engagements", by=olivier)
    funding.send_batch("payments", by=olivier)
    yield at + timedelta(hours=4)
    numbers = {one.pk: f"2100{one.pk:06d}" for one in engaged}
    share_of = dict(ordered.model.objects.values_list("pk", "convention__share"))
    rows = [[one.reference, numbers[one.pk], "", one.tiers, "engagé", euros(one.cents), ""] for one in engaged]
    rows += [
        [one.reference, numbers[share_of[one.pk]], f"DP{one.pk:06d}", one.tiers, "payé", euros(one.cents), "02/02/2024"]
        for one in requests[:-3]
    ]
    missed, later, other = requests[-3:]
    rows.append(["P-0", numbers[share_of[missed.pk]], "DP900001", missed.tiers, "enregistré", euros(missed.cents), ""])
    rows.append(
        [
            later.reference,
            numbers[share_of[later.pk]],
            "DP900002",
            later.tiers,
            "enregistré",
            euros(later.cents + 1),
            "",
        ]
    )
    rows.append(["P-00", "2100999999", "DP900003", NOBODY, "enregistré", "12,00", ""])
    read(world, "return", "retour-du-2-fevrier.csv", RETURN, rows)
    wrong, _cent, stranger = ImportLine.objects.leftover()
    funding.settle_line(wrong, reference=missed.reference, explanation="Référence mal recopiée par l’outil", by=olivier)
    funding.settle_line(stranger, explanation="Versement d’un autre appel à projets", by=olivier)
    yield at + timedelta(hours=6)
    paid = [[f"DP{one.pk:06d}", euros(one.cents), "exécuté", "02/02/2024", ""] for one in requests[:2]]
    read(world, "bank", "releve-du-2-fevrier.csv", BANK, paid)
    payees = {one.tiers: one.cents for one in returned.shares(returned.on_ondam())}
    notified = [
        ["ARS", siret, f"N{n}", f"{cents // 100}.{cents % 100:02d}"] for n, (siret, cents) in enumerate(payees.items())
    ]
    read(world, "hapi", "hapi-2024.csv", HAPI, [*notified[1:], ["ARS", NOBODY, "N99", "1500.00"]], "|")
    bad = [
        other.reference,
        numbers[share_of[other.pk]],
        "DP900004",
        other.tiers,
        "payé",
        euros(other.cents),
        "31/02/2024",
    ]
    content = written((*RETURN, "Commentaire"), [[*bad, ""]], ";")
    funding.read_import(
        "return", content=content, name="retour-a-corriger.csv", book=desk.workbook(content, job="table"), by=farid
    )


def read(world: World, kind: str, name: str, head: Row, rows: Sequence[Row], separator: str = ";") -> Import:
    """Handed over by one person, applied by another."""
    content = written(head, rows, separator, closed=kind != "hapi")
    announced = len(rows) if kind == "hapi" else None
    book, by = desk.workbook(content, job="table"), world.people["olivier"]
    file = funding.read_import(kind, content=content, name=name, book=book, announced=announced, by=by)
    return funding.apply_import(file, by=world.people["farid"])


def written(head: Row, rows: Sequence[Row], separator: str, *, closed: bool = True) -> bytes:
    file = io.StringIO(newline="")
    lines = [head, *rows]
    if closed:
        at = head.index("Montant (€)")
        lines.append([END, str(len(rows)), euros(sum(int(row[at].replace(",", "")) for row in rows))])
    csv.writer(file, delimiter=separator).writerows(lines)
    return file.getvalue().encode()


def euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
