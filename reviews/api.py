"""API of the evaluation: the rankings of closed sessions, to those who see them in the pages; nothing writes here."""

from typing import Any

from django.db.models import QuerySet
from django.urls import include, path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import filters, mixins, routers, serializers, viewsets
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request

from directory.tokens import HasScope
from edsh_portal import asked as read
from edsh_portal.access import has_role

from . import scoring
from .models import SEES_OPEN_SESSION, RankingLine


class SeesRanking(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return has_role(request.user, *SEES_OPEN_SESSION, "direction")


class RankingLineSerializer(serializers.ModelSerializer):
    """`score_num` ÷ `score_den` is the exact score out of 100; `score` shows it with two decimals."""

    wave = serializers.IntegerField(source="session.wave.number", read_only=True)
    closed_at = serializers.DateTimeField(source="session.closed_at", read_only=True)
    application = serializers.CharField(source="application.reference", read_only=True)
    acronym = serializers.CharField(source="application.acronym", read_only=True)
    score = serializers.SerializerMethodField()

    class Meta:
        model = RankingLine
        fields = [
            "wave",
            "closed_at",
            "application",
            "acronym",
            "rank",
            "score",
            "score_num",
            "score_den",
            "review_count",
            "decided_by",
            "below_floor",
            "divergence",
            "coverage_gain",
            "requested_cents",
            "list",
            "reason",
        ]
        read_only_fields = fields

    def get_score(self, line: RankingLine) -> str:
        return scoring.display(line.score).replace(",", ".")


LISTS = {"name": "list", "type": str, "enum": RankingLine.List.values, "description": "Une seule liste."}


@extend_schema_view(
    list=extend_schema(
        summary="Classement des sessions closes",
        parameters=[OpenApiParameter("wave", int, description="Numéro de la relève."), OpenApiParameter(**LISTS)],
    )
)
class RankingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Lines of closed sessions only: an open jury is seen in its own page."""

    queryset = RankingLine.objects.none()
    serializer_class = RankingLineSerializer
    permission_classes = [IsAuthenticated, HasScope, SeesRanking]
    filter_backends = [filters.OrderingFilter, filters.SearchFilter]
    ordering_fields = ["rank", "id", "requested_cents"]
    ordering = ["id"]
    search_fields = ["application__reference", "application__acronym"]

    def get_queryset(self) -> QuerySet[RankingLine]:
        rows = RankingLine.objects.visible_to(self.request.user).filter(session__state="closed")
        asked = self.request.query_params
        wave, list_ = asked.get("wave", ""), asked.get("list", "")
        if (number := read.number(wave)) is not None:
            rows = rows.filter(session__wave__number=number)
        rows = rows.filter(list=list_) if list_ in RankingLine.List.values else rows
        return rows.select_related("application", "session__wave")


router = routers.SimpleRouter()
router.register("ranking", RankingViewSet, basename="ranking")
urlpatterns = [path("", include(router.urls))]
