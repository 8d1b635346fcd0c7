"""applications: dossiers with their stage; dashboard/{summary,coverage,funding}: the dictionaries of figures.py, typed."""

from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.api import ApplicationsAsked, ApplicationViewSet, DossierSerializer
from edsh_portal import clock
from edsh_portal.api import Asked, Reads, Router, choice

from . import figures, permissions
from .stage import Stage, at_stage, with_stage

GRAINS = ["region", "departement"]


@extend_schema_serializer(component_name="Dossier")
class StagedDossierSerializer(DossierSerializer):
    stage = serializers.ChoiceField(choices=Stage.choices)

    class Meta(DossierSerializer.Meta):
        fields = (*DossierSerializer.Meta.fields, "stage")  # type: ignore[assignment]  # one more


class DossiersAsked(ApplicationsAsked):
    stage = choice(Stage.choices)


class DossierViewSet(ApplicationViewSet):
    serializer_class = StagedDossierSerializer
    asks = DossiersAsked

    def get_queryset(self) -> Any:
        return with_stage(super().get_queryset(), self.request.user)

    def filter_queryset(self, queryset: Any) -> Any:
        rows, stage = super().filter_queryset(queryset), self.asked.get("stage", "")
        return at_stage(rows, stage, self.request.user) if stage else rows


class SeesDashboard(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return permissions.can_see_dashboard(request.user)


class WaveFigures(serializers.Serializer):
    wave = serializers.IntegerField()
    closes_at = serializers.DateTimeField()
    count = serializers.IntegerField(source="total")
    stages = serializers.DictField(child=serializers.IntegerField())


class Demand(serializers.Serializer):
    count = serializers.IntegerField()
    requested_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()
    rejected_count = serializers.IntegerField()
    rejected_cents = serializers.IntegerField()


class Stands(serializers.Serializer):
    opened_cents = serializers.IntegerField()
    decided_cents = serializers.IntegerField()
    engaged_cents = serializers.IntegerField()
    contracted_cents = serializers.IntegerField()
    paid_cents = serializers.IntegerField()
    available_cents = serializers.IntegerField()


class YearStands(serializers.Serializer):
    year = serializers.IntegerField()
    opened_cents = serializers.IntegerField()
    ordered_cents = serializers.IntegerField()
    paid_cents = serializers.IntegerField()
    available_cents = serializers.IntegerField()


class FundingLine(Stands):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column of this name; DRF gathers the declared ones
    years = YearStands(many=True)


class Funding(serializers.Serializer):
    lines = FundingLine(many=True)
    totals = Stands()


class YearToCome(serializers.Serializer):
    year = serializers.IntegerField()
    usable_cents = serializers.IntegerField()
    paid_cents = serializers.IntegerField()
    to_come_cents = serializers.IntegerField()
    left_cents = serializers.IntegerField()
    months = serializers.ListField(child=serializers.IntegerField())


class ShortageToCome(serializers.Serializer):
    month = serializers.CharField()
    cents = serializers.IntegerField()
    year_end_cents = serializers.IntegerField()


class SourceToCome(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column of this name; DRF gathers the declared ones
    years = YearToCome(many=True)
    shortage = ShortageToCome(allow_null=True)


class ToCome(serializers.Serializer):
    lines = SourceToCome(many=True)


class Grain(serializers.Serializer):
    covered_count = serializers.IntegerField()
    unit_count = serializers.IntegerField()
    covered_population = serializers.IntegerField()
    population = serializers.IntegerField()
    percent_tenths = serializers.IntegerField()


class Unit(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    population = serializers.IntegerField()
    covered = serializers.BooleanField()
    sites = serializers.ListField(child=serializers.CharField())


class Coverage(Grain):
    grain = serializers.ChoiceField(GRAINS)
    units = Unit(many=True)


class Summary(serializers.Serializer):
    waves = WaveFigures(many=True)
    demand = Demand()
    decisions = serializers.DictField(child=serializers.IntegerField())
    funding = Stands()
    coverage = serializers.DictField(child=Grain())


class DashboardView(Reads):
    permission_classes = [*Reads.permission_classes, SeesDashboard]
    required_scope = "dashboard"
    may_be_absent = True  # before a call is published


class SummaryView(DashboardView):
    @extend_schema(operation_id="dashboard_summary", responses=Summary)
    def get(self, request: Request) -> Response:
        return Response(Summary(figures.summary(permissions.call_or_404(), request.user)).data)


class FundingView(DashboardView):
    @extend_schema(operation_id="dashboard_funding", responses=Funding)
    def get(self, request: Request) -> Response:
        lines = figures.funding_by_source(permissions.call_or_404())
        return Response(Funding({"lines": lines, "totals": figures.totals(lines)}).data)


class ForecastView(DashboardView):
    @extend_schema(operation_id="dashboard_forecast", responses=ToCome)
    def get(self, request: Request) -> Response:
        lines = figures.credits_to_come(permissions.call_or_404(), clock.now())
        return Response(ToCome({"lines": lines}).data)


class CoverageAsked(Asked):
    grain = choice(GRAINS)


class CoverageView(DashboardView):
    asks = CoverageAsked

    @extend_schema(operation_id="dashboard_coverage", responses=Coverage)
    def get(self, request: Request) -> Response:
        grain = self.asked.get("grain", "region")
        return Response(Coverage(figures.coverage_of(permissions.call_or_404(), grain)).data)


router = Router()
router.register("applications", DossierViewSet, basename="application")
urlpatterns = [
    *router.urls,
    re_path(r"^dashboard/summary/?$", SummaryView.as_view(), name="api-dashboard-summary"),
    re_path(r"^dashboard/funding/?$", FundingView.as_view(), name="api-dashboard-funding"),
    re_path(r"^dashboard/forecast/?$", ForecastView.as_view(), name="api-dashboard-forecast"),
    re_path(r"^dashboard/coverage/?$", CoverageView.as_view(), name="api-dashboard-coverage"),
]
