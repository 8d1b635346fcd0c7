"""The people of a stage, the dossier VALMONT, and what it gives to the routes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from applications.models import Application, Deliverable, Indicator, Milestone
from calls.questions import QUESTIONS
from decisions.models import SignatureDelegation
from demo import texts
from demo.cast import DOMAIN
from directory.models import Establishment, User
from edsh_portal import clock, events
from edsh_portal.models import Delivery, Mail

Things = dict[str, Any]
STANDS: dict[str, Callable[["Cast"], Things]] = {}
AFTER_CUT_OFF = datetime(2022, 10, 25, 8, 0, tzinfo=UTC)
CLOCKS = {"closed": AFTER_CUT_OFF}
STAGES = {"closed": "open"}  # the others are stages of the demonstration


class Cast:
    """The people of a stage, read anew at each use: what they hold is theirs today."""

    def __init__(self, stage: str, set_clock: Callable[..., None]) -> None:
        self.stage, self.set_clock = stage, set_clock
        self.second, self.third, self.fourth = "expert01", "expert02", "expert03"
        self.claire = "claire"

    def __getattr__(self, name: str) -> User:
        return User.objects.get(email=f"{name}@{DOMAIN}")

    def key(self, name: str) -> str:
        return str(self.__dict__.get(name, name))

    def who(self, name: str) -> User:
        return User.objects.get(email=f"{self.key(name)}@{DOMAIN}")


def stand(function: Callable[[Cast], Things]) -> Callable[[Cast], Things]:
    STANDS[function.__name__] = function
    return function


def valmont() -> Application:
    return Application.objects.get(acronym="VALMONT")


def work() -> None:
    """What the workers would do for the decisions and for the files sent."""
    for pk in (
        Delivery.objects.filter(Q(reaction__startswith="decisions.") | Q(queue="intake"), state="todo")
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        assert events.run(pk), Delivery.objects.get(pk=pk).last_error


def shared(cast: Cast, dossier: Application) -> Things:
    """What a dossier gives to the routes that name a part of it."""
    wave = dossier.wave
    things: Things = {
        "dossier": dossier.reference, "coordinator": dossier.coordinator_id, "wave": wave.number, "wave_pk": wave.pk, "call": wave.call.slug,
        "question": QUESTIONS[0].slug, "code": "presentation", "settings": wave.settings.version, "part": "criteres",
        "partner": Establishment.objects.get(name="CH fictif de Sourdeval").pk, "establishment": dossier.coordinator_id,
        "gcs": Establishment.objects.filter(kind="gcs").order_by("pk").first().pk, "driss": cast.driss.pk, "role": "instructor", "due_on": (clock.now() + timedelta(days=12)).date().isoformat(),
        "fourth": User.objects.get(email=f"{cast.fourth}@{DOMAIN}").pk,
        "ending": "xlsx", "person": cast.driss.pk, "delivery": 0, "box": 0, "token": 0, "invitation": 0, "request": 0, "secret": "inconnu", "letter": "invitation", "assignment": 0, "tie": 0, "allocation": 0, "summons": 0, "read_file": 0, "row": 0, "criterion": 1,
        "rank": 1, "draft": 1, "decision": "2022-9999", "sha256": "0" * 64, "version": 1, "version_file": 0, "upload": 0, "grant": 0, "share": 0,
        "fiscal_year": 2022, "convention": 0, "bank_account": 0, "instalment": 0, "entry": 0, "operation": 0, "minutes": 0, "account": "absent", "account_pk": 0, "condition": 0, "copy": 0, "agreement": 0, "amendment": 0, "claim": 0, "claim_line": 0, "claim_file": 0, "number": 1,
        "batch_kind": "engagements", "import_kind": "return", "batch": 0, "import": 0, "leftover": 0,
        "scenario": 0, "procedure": 0, "remedy": 0, "other_scenario": 0, "second_reserve": "EDSH-9-9999", "siret": "", "iban": texts.iban(7),
        "app_label": "directory", "content_type_id": 1, "object_id": 1,
        "act": 0, "posting": 0, "printout": 0, "thread": 0, "message": 0, "message_file": 0, "mail": Mail.objects.order_by("pk").values_list("pk", flat=True).first() or 0,
        "victor": cast.victor.pk, "signature": SignatureDelegation.objects.get(holder=cast.victor).pk,
        "affiliation": cast.alice.affiliations.get().pk, "delegation": 0, "delegate": cast.alice.pk,
        "today": clock.today().isoformat(), "last_day": (clock.today() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    key = f"answers.{QUESTIONS[0].slug}"
    answer = dossier.answers.filter(key=key, aside=False).order_by("-version").first()
    things |= {"key": key, "section": key, "text_version": 1, "clash": 0, "read": answer.version if answer else 0}
    required = list(wave.settings.pieces.order_by("order", "code"))
    things["code"] = next(p.code for p in required if not p.per_member)
    things |= {"function": "collect", "ending": "xlsx"}
    things["member_code"] = next((p.code for p in required if p.per_member), "annexe-financiere")
    for name, rows in (
        ("project", dossier.projects),
        ("perimeter", dossier.perimeters),
        ("package", dossier.packages),
        ("associated", dossier.associated),
        ("package", dossier.packages),
        ("warehouse", dossier.warehouses),
        ("matching", dossier.matchings),
        ("indicator", Indicator.objects.filter(project=dossier.projects.order_by("pk").first())),
        ("milestone", Milestone.objects.filter(work_package__application=dossier)),
        ("deliverable", Deliverable.objects.filter(work_package__application=dossier)),
    ):
        things[name] = rows.order_by("pk").values_list("pk", flat=True).first() or 0
    partner = dossier.memberships.filter(role="partner").order_by("pk").first()
    things["member"] = partner.pk if partner else 0
    pieces = dossier.pieces.filter(replaced_at=None, membership=None).order_by("pk")
    things["piece"] = pieces.values_list("pk", flat=True).first() or 0
    version = dossier.versions.order_by("number").first()
    if version:
        files = version.files.exclude(code="receipt").order_by("pk")
        things["version_file"] = files.first().pk
    return things
