"""applications: dossiers with their stage; dashboard/{summary,coverage,funding}: the dictionaries of figures.py, typed."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import routers, serializers
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.api import FILTERS, ApplicationViewSet, DossierSerializer, Filters
from directory.tokens import HasScope

from . import figures, permissions
from .stage import Stage, with_stage

STAGE = OpenApiParameter(
    "stage", str, enum=[str(stage) for stage in Stage.values], description="Étape, décision et financement compris."
)


class StagedDossierSerializer(DossierSerializer):
    stage = serializers.ChoiceField(choices=Stage.choices)

    class Meta(DossierSerializer.Meta):
        fields = (*DossierSerializer.Meta.fields, "stage")


class StagedFilters(Filters):
    stage = serializers.ChoiceField(choices=Stage.choices, required=False, default="")


@extend_schema_view(
    list=extend_schema(summary="Dossiers visibles", parameters=[*FILTERS, STAGE]),
    retrieve=extend_schema(summary="Un dossier, par sa référence"),
)
class DossierViewSet(ApplicationViewSet):
    serializer_class = StagedDossierSerializer
    asks = StagedFilters

    def get_queryset(self) -> Any:
        return with_stage(super().get_queryset(), self.request.user)

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        stage = "" if self.detail else self.asked()["stage"]
        return rows.filter(stage=stage) if stage else rows


class SeesDashboard(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return permissions.can_see_dashboard(request.user)


class WaveFigures(serializers.Serializer):
    wave = serializers.IntegerField()
    closes_at = serializers.DateTimeField()
    total = serializers.IntegerField()
    stages = serializers.DictField(child=serializers.IntegerField())


class Demand(serializers.Serializer):
    count = serializers.IntegerField()
    requested_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()
    rejected_count = serializers.IntegerField(help_text="Comptés dans count, et écartés avant l’évaluation.")
    rejected_cents = serializers.IntegerField(help_text="Leur part de requested_cents.")


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
    ordered_cents = serializers.IntegerField(help_text="Ordonnancé dans l’exercice, payé ou non.")
    paid_cents = serializers.IntegerField()
    available_cents = serializers.IntegerField()


class Source(Stands):
    code = serializers.CharField()
    label = serializers.CharField()
    years = YearStands(many=True)


class Funding(serializers.Serializer):
    sources = Source(many=True)
    totals = Stands()


class Grain(serializers.Serializer):
    covered_count = serializers.IntegerField()
    unit_count = serializers.IntegerField()
    covered_population = serializers.IntegerField()
    population = serializers.IntegerField()
    percent_tenths = serializers.IntegerField(help_text="897 = 89,7 %")


class Unit(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    population = serializers.IntegerField()
    covered = serializers.BooleanField()
    sites = serializers.ListField(child=serializers.CharField())


class Coverage(Grain):
    grain = serializers.ChoiceField(["region", "departement"])
    units = Unit(many=True)


class Summary(serializers.Serializer):
    waves = WaveFigures(many=True)
    demand = Demand()
    decisions = serializers.DictField(child=serializers.IntegerField())
    funding = Stands()
    coverage = serializers.DictField(child=Grain())


class DashboardView(APIView):
    permission_classes = [IsAuthenticated, HasScope, SeesDashboard]
    required_scope = "dashboard"


class SummaryView(DashboardView):
    @extend_schema(operation_id="dashboard_summary", responses=Summary)
    def get(self, request: Request) -> Response:
        return Response(Summary(figures.summary(permissions.call_or_404(), request.user)).data)


class FundingView(DashboardView):
    @extend_schema(operation_id="dashboard_funding", responses=Funding)
    def get(self, request: Request) -> Response:
        sources = figures.funding_by_source(permissions.call_or_404())
        return Response(Funding({"sources": sources, "totals": figures.totals(sources)}).data)


class CoverageView(DashboardView):
    @extend_schema(
        operation_id="dashboard_coverage",
        responses=Coverage,
        parameters=[OpenApiParameter("grain", str, enum=["region", "departement"], default="region")],
    )
    def get(self, request: Request) -> Response:
        grain = request.query_params.get("grain", "region")
        if grain not in ("region", "departement"):
            raise serializers.ValidationError({"grain": "region ou departement"})
        return Response(Coverage(figures.coverage_of(permissions.call_or_404(), grain)).data)


router = routers.SimpleRouter()
router.register("applications", DossierViewSet, basename="application")
urlpatterns = [
    *router.urls,
    path("dashboard/summary/", SummaryView.as_view(), name="api-dashboard-summary"),
    path("dashboard/funding/", FundingView.as_view(), name="api-dashboard-funding"),
    path("dashboard/coverage/", CoverageView.as_view(), name="api-dashboard-coverage"),
]
