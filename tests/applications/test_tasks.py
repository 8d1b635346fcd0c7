"""The task list of a dossier: one's own part first for a partner, who writes a section only when it is somebody else, how many are complete."""

from django.utils.html import strip_tags

from applications import actions

from .test_pages import page, signed


def listed(client, person, application):
    signed(client, person)
    return client.get(page("dossier", application)).context


def named(groups):
    return {task["label"]: task["who"] for group in groups for task in group["tasks"]}


def test_13_26_a_partner_reads_its_own_part_first(client, world, ready):
    cast = world.cast
    partner = ready.memberships.get(role="partner")
    groups = listed(client, cast.bruno, ready)["sections"]
    assert groups[0]["title"] == "À vous"
    assert [task["label"] for task in groups[0]["tasks"]] == [
        f"Budget et travaux : {partner.establishment.name}",
        "Pièces jointes",
    ]
    assert [task["label"] for group in groups[1:-1] for task in group["tasks"] if task["url"]] == [
        f"Mandat : {partner.establishment.name}"
    ]
    assert listed(client, cast.alice, ready)["sections"][0]["title"] == "Le projet"


def test_13_26_who_writes_a_section_is_said_when_it_is_another(client, world, ready):
    alice, bruno = (named(listed(client, who, ready)["sections"]) for who in (world.cast.alice, world.cast.bruno))
    assert alice["Identité du projet"] == "" and bruno["Identité du projet"] == ready.coordinator.name


def test_13_26_the_list_counts_what_is_complete(client, world, ready):
    shown = listed(client, world.cast.alice, ready)
    states = [task["state"] for group in shown["sections"][:-1] for task in group["tasks"]]
    assert shown["counted"] == (states.count("done"), len(states))
    text = " ".join(strip_tags(client.get(page("dossier", ready)).content.decode()).split())
    assert f"{states.count('done')} sur {len(states)} rubriques complètes" in text


def test_what_is_left_stands_alone_and_what_is_missing_names_no_rule(client, world, ready):
    def told(section):
        tasks = [task for group in listed(client, world.cast.alice, ready)["sections"] for task in group["tasks"]]
        return next((task["missing"], task["left"], task["hint"]) for task in tasks if task.get("page") == section)

    alice, free = world.cast.alice, "N’empêche pas de déposer."
    assert told("warehouses") == ("", "au moins un entrepôt à décrire", free)
    actions.save_row(ready, "warehouses", name="Entrepôt", by=alice)
    assert told("warehouses") == ("", "1 fiche à compléter, 6 points à revoir", free)
    text = " ".join(strip_tags(client.get(page("dossier", ready)).content.decode()).split())
    assert "Entrepôts et maillage 1 fiche à compléter, 6 points à revoir N’empêche pas de déposer. En cours" in text
    assert told("socles") == ("", "51 éléments à renseigner", free)
    for package in ready.packages.all():
        actions.save_row(ready, "packages", row=package, starts_month=1, ends_month=12, by=alice)
        actions.save_row(ready, "milestones", work_package=package, title="Ouverture", month=6, by=alice)
    assert told("schedule") == ("", "", "")
    actions.save_row(ready, "identity", months=None, by=alice)
    assert told("identity") == ("Durée du projet", "", "")


def test_13_26_a_question_says_its_place_and_what_it_weighs(client, world, ready):
    signed(client, world.cast.alice)
    text = " ".join(strip_tags(client.get(page("answer", ready, "quality")).content.decode()).split())
    criteria = {row.number: row for row in ready.wave.settings.criteria.all()}
    share = round(100 * criteria[2].weight / sum(row.weight for row in criteria.values()))
    assert "Question 2 sur 10." in text
    assert f"le critère 2, « {criteria[2].title} » : {share} % de la note." in text
