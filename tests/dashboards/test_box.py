"""The auditor's box: opened by its own checker, apart from the portal; what is changed in it is named; who may not ask is refused."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.models import Application
from dashboards import actions, kinds
from dashboards.box import contents, packing, shelf
from dashboards.views.timeline import told
from directory.models import User
from edsh_portal import events, lists
from edsh_portal.models import AccessLog, Delivery, Event
from edsh_portal.workflow import Refused
from funding.models import BankAccount
from tests.database import as_role
from tests.pages import client_of, standing_at


def worked(box: Event, reactions: tuple[str, ...] = (shelf.PACK, shelf.CLOSE), most: int = 1000) -> None:
    """What the box owes, done by the worker under its own login; each asks no second try."""
    with as_role("worker"):
        for reaction in reactions:
            for pk in (
                Delivery.objects.filter(event=box, reaction=reaction, state="todo")
                .order_by("pk")
                .values_list("pk", flat=True)[:most]
            ):
                assert events.run(pk), Delivery.objects.get(pk=pk).last_error


def checked(folder: Path) -> tuple[int, list[str]]:
    """What the checker of this box says, in a process that knows nothing of the project."""
    asked = [sys.executable, "-I", str(folder / "check.py")]
    done = subprocess.run(asked, cwd="/", env={}, capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker, tmp_path_factory):
    """The box of VALMONT, asked for by aude in a call that runs, made by the worker, and opened."""
    with django_db_blocker.unblock(), standing_at("running") as places:
        places.database.freeze_clock()
        valmont, aude = Application.objects.get(acronym="VALMONT"), User.objects.get(email=places.email("aude"))
        client_of(places, "driss").get(reverse("dashboards:timeline", args=[valmont.reference]))
        box = actions.ask_box(valmont, by=aude)
        worked(box)
        folder = tmp_path_factory.mktemp("box") / "opened"
        with zipfile.ZipFile(shelf.whole(box)) as file:
            file.extractall(folder)
        yield SimpleNamespace(places=places, valmont=valmont, aude=aude, box=box, folder=folder, call=valmont.wave.call)


@pytest.fixture
def copy(there, tmp_path):
    shutil.copytree(there.folder, tmp_path / "box")
    return tmp_path / "box"


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def summed(folder: Path) -> None:
    """Whoever forges writes the sums anew."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names(folder)
        if name != packing.SUMS
    ]
    (folder / packing.SUMS).write_text("".join(lines))


def flipped(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def test_8_the_box_agrees_with_the_portal_read_by_its_own_checker(there, settings):
    code, said = checked(there.folder)
    made = shelf.state(there.box).made
    der = base64.b64decode(Path(settings.SEAL_CERT_PATH).read_text().split("-----")[2])
    assert made.data["certificate"] == hashlib.sha256(der).hexdigest()
    assert said == [
        f"Empreinte du certificat : {made.data['certificate']}",
        f"Empreinte de la boîte   : {made.data['sha256']}",
        "Tout concorde.",
    ]
    assert code == 0


def test_8_every_table_of_a_dossier_is_in_the_box_or_said_to_be_left_out(there):
    told = json.loads((there.folder / "contenu.json").read_text())
    every = {model._meta.label for model in contents.tables()}
    assert told["tables"].keys() | told["left_out"].keys() == every
    assert told["tables"].keys() & told["left_out"].keys() == set()
    held = {path.stem for path in (there.folder / "donnees").glob("*.*.json")}
    assert held == {label.lower() for label, count in told["tables"].items() if count}
    index = (there.folder / "index.html").read_text()
    assert [name for name in told["left_out"] if name not in index] == []


def test_8_what_was_deposited_is_there_to_the_byte_and_nobody_s_bank_account(there):
    for version in there.valmont.versions.all():
        text = (there.folder / "dossier" / f"version-{version.number}.json").read_bytes()
        assert hashlib.sha256(text).hexdigest() == version.sha256
    sealed = there.valmont.decisions.filter(document__isnull=False)
    sums = dict(line.split("  ")[::-1] for line in (there.folder / packing.SUMS).read_text().splitlines())
    kept = {one.document.sha256 for one in sealed}
    kept |= {piece.document.kept_sha256 for piece in there.valmont.pieces.select_related("document__scan_result")}
    assert kept and kept - set(sums.values()) == set()
    accounts = {of.iban for of in BankAccount.objects.filter(convention__share__grant__application=there.valmont)}
    texts = "".join((there.folder / name).read_text() for name in sums if name.endswith((".html", ".json", ".txt")))
    assert accounts and [iban for iban in accounts if iban in texts.replace(" ", "").replace("\u00a0", "")] == []


def test_8_the_pages_lead_nowhere_but_into_the_box(there):
    pages = {name: (there.folder / name).read_text() for name in names(there.folder) if name.endswith(".html")}
    assert len(pages) > 20
    assert [
        name
        for name, html in pages.items()
        if any(word in html for word in ("<script", "<form", "http-equiv", " on" + "click"))
    ] == []
    lost = {
        (name, link)
        for name, html in pages.items()
        for link in re.findall(r'(?:href|src)="([^"#]*)', html)
        if not ((there.folder / name).parent / link).resolve().is_file()
    }
    assert lost == set()


def test_8_one_bit_of_any_file_is_named(there, copy):
    apart = [name for name in names(copy) if name.startswith(("faits/", "racine/"))]
    plain = [name for name in names(copy) if name not in [*apart, "check.py", packing.SUMS]]
    for name in plain:
        flipped(copy / name)
    code, said = checked(copy)
    assert (code, said[2:]) == (1, [f"{name} : a changé" for name in plain])
    for name in apart:
        shutil.copyfile(there.folder / name, copy / name)
        flipped(copy / name)
        assert f"{name} : a changé" in checked(copy)[1]
        shutil.copyfile(there.folder / name, copy / name)


def test_8_an_event_taken_away_is_named_though_the_sums_are_written_anew(there, copy):
    path = copy / "faits" / f"application-{there.valmont.pk}.txt"
    lines = path.read_text().splitlines(keepends=True)

    def without(kept: list[str]) -> list[str]:
        path.write_text("".join(kept))
        summed(copy)
        code, said = checked(copy)
        assert code == 1
        return said[2:]

    assert without(lines[:3] + lines[4:]) == [f"{path.name} : fait n° 4 absent"]
    assert without(lines[:-1]) == [f"{path.name} : la racine signée dit autre chose du fait n° {len(lines)}"]
    assert without([*lines[:3], lines[3].replace('"', "'", 1), *lines[4:]]) == [f"{path.name} : illisible"]
    body = lines[3].partition("  ")[2].replace("2022", "2021", 1)
    assert without([*lines[:3], f"{lines[3][:64]}  {body}", *lines[4:]]) == [
        f"{path.name} : le fait n° 4 n’a pas son empreinte"
    ]


def test_8_a_root_that_another_wrote_is_named(copy):
    root = json.loads((copy / "racine" / "racine.json").read_text())
    root["root"] = root["root"].replace('"format": 1', '"format": 1 ')
    (copy / "racine" / "racine.json").write_text(json.dumps(root, ensure_ascii=False))
    summed(copy)
    assert checked(copy)[1][2:] == ["racine/racine.json : la signature n’est pas celle du certificat"]


def test_8_made_again_it_is_the_same_to_the_byte(there, tmp_path):
    before = shelf.whole(there.box).read_bytes()
    with as_role("worker"):
        packing.pack(there.box, there.valmont)
        packing.close(there.box, [there.valmont], None)
    assert shelf.whole(there.box).read_bytes() == before


def test_8_it_is_taken_once_said_and_each_download_is_written_down(there):
    aude, box = client_of(there.places, "aude"), reverse("dashboards:box", args=[there.box.pk])
    file = reverse("dashboards:box_file", args=[there.box.pk])
    assert aude.get(file).status_code == 403
    taken = actions.hand_over(there.box, by=there.aude)
    assert taken.data == {"sha256": shelf.state(there.box).made.data["sha256"]}
    answer = aude.get(file)
    assert b"".join(answer.streaming_content) == shelf.whole(there.box).read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="boite-{there.valmont.reference}-{there.box.pk}.zip"'
    assert (
        AccessLog.objects.filter(route="dashboards:box_file", user=there.aude, path=file)
        .values_list("status", flat=True)
        .count()
        == 2
    )
    assert aude.get(box).status_code == 200


def test_8_who_does_not_audit_is_refused(there):
    for who in ("driss", "dora", "adam", "emma"):
        person = User.objects.get(email=there.places.email(who))
        with pytest.raises(PermissionDenied):
            actions.ask_box(there.valmont, by=person)
        with pytest.raises(PermissionDenied):
            actions.hand_over(there.box, by=person)
        client = client_of(there.places, who)
        for page in ("boxes", "events", "reads"):
            assert client.get(reverse(f"dashboards:{page}")).status_code == 403
        assert client.get(reverse("dashboards:box_file", args=[there.box.pk])).status_code == 403


def test_8_the_box_of_a_call_goes_on_where_it_stood(there, tmp_path):
    box = actions.ask_box(there.call, by=there.aude)
    held = Application.objects.visible_to(there.aude).filter(wave__call=there.call)
    assert (shelf.state(box).done, shelf.state(box).total) == (0, held.count())
    worked(box, (shelf.PACK,), most=2)
    assert shelf.state(box)[:3] == (2, held.count(), 0) and shelf.state(box).moving
    first, second = held.order_by("pk")[:2]
    stamps = {one.pk: shelf.part(box, one).stat().st_mtime_ns for one in (first, second)}
    with as_role("worker"):
        packing.close(box, [first, second], there.call)
    assert {one.pk: shelf.part(box, one).stat().st_mtime_ns for one in (first, second)} == stamps
    with zipfile.ZipFile(shelf.whole(box)) as file:
        file.extractall(tmp_path / "call")
    assert checked(tmp_path / "call")[1][2:] == ["Tout concorde."]
    tops = {name.partition("/")[0] for name in names(tmp_path / "call")}
    assert tops == {"SHA256SUMS", "boite.css", "check.py", "dossiers", "index.html", "racine"}
    assert {path.name for path in (tmp_path / "call" / "dossiers").iterdir()} == {first.reference, second.reference}
    with pytest.raises(Refused) as caught:
        actions.hand_over(box, by=there.aude)
    assert caught.value.code == "X02"


def test_8_every_event_of_a_call_that_runs_has_words(there):
    kept = set(Event.objects.order_by().values_list("kind", flat=True).distinct())
    assert {kind for kind in kept if kinds.label(kind) == kind} == set()
    assert {
        kind for _family, held in kinds.choices() for kind, _words in held
    } == kinds.KINDS.keys() | kinds.OTHERS.keys()


def test_8_the_journal_of_a_dossier_is_what_its_follow_up_tells_and_more(there):
    mine = {one for one in told(there.valmont, there.aude, list(kinds.KINDS)) if one.subject_type != "calls.wave"}
    found = set(Event.objects.filter(contents.about([there.valmont])))
    assert [str(one) for one in mine - found] == []
    page = client_of(there.places, "aude").get(
        reverse("dashboards:events"), {"dossier": "valmont", "kind": "application.submitted"}
    )
    rows = page.context["rows"]
    assert [row["event"].kind for row in rows] == ["application.submitted"] * there.valmont.versions.filter(
        kind="deposit"
    ).count()


def test_8_slice_after_slice_the_journal_tells_each_event_once(there, rf):
    read, after = [], ""
    while after is not None:
        page = lists.slice_of(
            rf.get("/faits/", {"avant": after}), Event.objects.filter(stream__startswith="application:")
        )
        read += [one.pk for one in page]
        after = page.older
    assert read == sorted(
        Event.objects.filter(stream__startswith="application:").values_list("pk", flat=True), reverse=True
    )


def test_8_who_saw_a_dossier(there):
    aude = client_of(there.places, "aude")
    page = aude.get(reverse("dashboards:reads"), {"dossier": there.valmont.reference, "person": "driss"})
    driss = User.objects.get(email=there.places.email("driss"))
    assert [(row["read"].user_id, row["what"]) for row in page.context["rows"]][:1] == [(driss.pk, "Suivi du dossier")]
    assert aude.get(reverse("dashboards:reads"), {"dossier": "inconnu"}).context["rows"] == []


def test_8_a_box_goes_after_its_days(there, settings):
    box = actions.ask_box(there.valmont, by=there.aude)
    worked(box)
    first = shelf.state(box).until
    assert first == box.at + timedelta(days=settings.BOX_DAYS)
    with as_role("worker"):
        there.places.database.set_clock(first - timedelta(seconds=1), frozen=True)
        assert box.pk not in actions.sweep() and shelf.state(box).there
        there.places.database.set_clock(first, frozen=True)
        assert actions.sweep()[0] == box.pk
    assert not shelf.state(box).there and shelf.state(box).made is not None
    assert Event.objects.filter(kind="box.swept", subject_id=box.pk).count() == 1
