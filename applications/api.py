"""API of the call and its dossiers: the objects that the pages show the same person, to read."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.clocks import deadlines
from directory.actions import fold
from directory.api import EstablishmentSerializer
from edsh_portal import clock
from edsh_portal.access import fetch, has_role
from edsh_portal.api import Listed, Reads, choice, ordering, search, whole, word

from . import places, rules
from .content import freeze
from .models import Application
from .permissions import can_read_checks, can_read_draft, reads_perimeters_only
from .shapes import grid


class PeriodsSerializer(serializers.Serializer):
    """The legal clocks: the last day of each period, in Paris."""

    admissibility_on = serializers.DateField()
    decision_on = serializers.DateField()


class DossierSerializer(serializers.ModelSerializer):
    """A dossier as its last deposited version says it (as its draft does when there is none); amounts in cents.

    Amounts are null for who reads only the data perimeters.
    """

    acronym = serializers.CharField(source="shown_acronym")
    title = serializers.CharField(source="shown_title")
    call = serializers.CharField(source="wave.call.slug")
    wave = serializers.IntegerField(source="wave.number")
    coordinator = EstablishmentSerializer()
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)
    version_sha256 = serializers.CharField(source="version.sha256", allow_null=True, default=None)
    completed_at = serializers.DateTimeField(source="version.completed_at", allow_null=True, default=None)
    periods = PeriodsSerializer(allow_null=True)

    class Meta:
        model = Application
        fields = (
            "reference",
            "acronym",
            "title",
            "call",
            "wave",
            "state",
            "coordinator",
            "region_code",
            "member_count",
            "total_cents",
            "requested_cents",
            "submitted_at",
            "withdrawn_at",
            "completed_at",
            "version",
            "version_sha256",
            "periods",
        )

    def to_representation(self, instance: Application) -> dict[str, Any]:
        instance.periods = deadlines(instance) if instance.submitted_at else None  # type: ignore[attr-defined]  # a field of the answer
        shown = super().to_representation(instance)
        user = self.context["request"].user
        if has_role(user, "hdh") and reads_perimeters_only(user, instance):
            shown |= {"total_cents": None, "requested_cents": None}
        return shown


class VerdictSerializer(serializers.Serializer):
    """What one rule says, as one of four states: it is met, it blocks the deposit, it will be examined, or there is nothing
    to judge yet (`ok` is then false); `basis` is the text it rests on, `url` the page and the field to correct, null where nothing
    is to change or may be changed by this person."""

    rule = serializers.CharField()
    state = serializers.ChoiceField(choices=[rules.MET, rules.BLOCK, rules.WARN, rules.IDLE])
    ok = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=[rules.BLOCK, rules.WARN])
    blocks = serializers.BooleanField()
    title = serializers.CharField()
    message = serializers.CharField()
    change = serializers.CharField(allow_blank=True)
    basis = serializers.CharField(source="source")
    url = serializers.SerializerMethodField()

    def get_url(self, verdict: rules.Verdict) -> str | None:
        return places.url(verdict, self.context["reference"]) or None if self.context["draft"] else None


@dataclass
class Checks:
    """The verdicts of a dossier, of its draft or of the version deposited."""

    application: Application
    reading: freeze.Reading
    draft: bool


class ChecksSerializer(serializers.Serializer):
    """The verdicts of the page « Vérifier le dossier » (`of`: draft), or of the sheet of admissibility (`of`: version)."""

    reference = serializers.CharField(source="application.reference")
    of = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="application.version.number", allow_null=True, default=None)
    settings_version = serializers.IntegerField(source="application.wave.settings.version")
    blocking = serializers.SerializerMethodField()
    verdicts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=["draft", "version"]))
    def get_of(self, checks: Checks) -> str:
        return "draft" if checks.draft else "version"

    def get_blocking(self, checks: Checks) -> int:
        """How many rules would refuse the deposit."""
        return len(checks.reading.blocking)

    @extend_schema_field(VerdictSerializer(many=True))
    def get_verdicts(self, checks: Checks) -> Any:
        context = {"reference": checks.application.reference, "draft": checks.draft}
        return VerdictSerializer(checks.reading.told.verdicts, many=True, context=context).data


CELL = ("work_package", "expense_category", "year", "cents")


class CellSerializer(serializers.Serializer):
    """One cell: `work_package` is its number, 0 when the expense is on none."""

    work_package = serializers.IntegerField()
    expense_category = serializers.CharField()
    year = serializers.IntegerField()
    cents = serializers.IntegerField()


class MemberBudgetSerializer(serializers.Serializer):
    name = serializers.CharField()
    finess = serializers.CharField()
    cells = CellSerializer(many=True)
    plan = serializers.DictField(child=serializers.IntegerField())
    total_cents = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer):
    """The budget of the last deposited version (of the draft when there is none), in cents."""

    reference = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    members = MemberBudgetSerializer(many=True)
    totals = serializers.DictField(child=serializers.IntegerField())


class ApplicationsAsked(Listed):
    wave, state = whole(1, 999), choice(Application.shown_states())
    region_code, search = word(2, "^[0-9]{2}$"), search()
    ordering = ordering("reference", "submitted_at", "requested_cents")


class ApplicationViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Application.objects.none()
    serializer_class = DossierSerializer
    lookup_field = "reference"
    lookup_value_regex = "[A-Za-z0-9-]+"
    asks = ApplicationsAsked
    sorted_by = {"submitted_at": "submitted", "requested_cents": "requested"}

    def get_queryset(self) -> Any:
        rows = Application.objects.visible_to(self.request.user).for_register()
        # Cursors need a value on every row: a draft sorts as created, and as asking nothing.
        return rows.annotate(
            submitted=Coalesce("submitted_at", "created_at"), requested=Coalesce(F("requested_cents"), Value(0))
        )

    def filter_queryset(self, queryset: Any) -> Any:
        asked, text = self.asked, self.asked.get("search", "").strip()
        of = {"wave": asked.get("wave"), "state": asked.get("state", ""), "region": asked.get("region_code", "")}
        return queryset.matching(**of, text=text, folded=fold(text))

    @extend_schema(responses=BudgetSerializer)
    @action(detail=True)
    def budget(self, request: Request, reference: str) -> Response:
        application = self.get_object()
        if reads_perimeters_only(request.user, application):
            raise Http404
        version = application.version
        content = version.content if version else freeze.content(application)
        members = [
            member
            | {
                "cells": [dict(zip(CELL, [*key, cents], strict=True)) for key, cents in grid.cells(member).items()],
                "total_cents": sum(line["cents"] for line in member["lines"]),
            }
            for member in content["members"]
        ]
        number = version.number if version else None
        held = {"reference": reference, "version": number, "members": members, "totals": content["totals"]}
        return Response(BudgetSerializer(held).data)

    @extend_schema(responses=ChecksSerializer)
    @action(detail=True)
    def checks(self, request: Request, reference: str) -> Response:
        rows = Application.objects.select_related("wave__settings", "wave__call", "coordinator", "version")
        application = fetch(rows, request.user, can_read_checks, reference=reference)
        draft = can_read_draft(request.user, application)
        reading = freeze.read(application, clock.now()) if draft else freeze.read_deposited(application)
        return Response(ChecksSerializer(Checks(application, reading, draft)).data)
