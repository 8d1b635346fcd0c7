"""API of the evaluation: the rankings of closed sessions, to those who see them in the pages; nothing writes here."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from applications.models.dossier import shut_to
from edsh_portal.access import has_role
from edsh_portal.api import Listed, Reads, Router, choice, ordering, search, whole

from . import ranking, scoring
from .models import SEES_CLOSED_SESSION, RankingLine


class SeesRanking(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return has_role(request.user, *SEES_CLOSED_SESSION)


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
            *ranking.FACTS[1:],
            "list",
            "reason",
        ]
        read_only_fields = fields

    def get_score(self, line: RankingLine) -> str:
        return scoring.display(line.score).replace(",", ".")


class RankingAsked(Listed):
    wave, list, search = whole(1, 999), choice(RankingLine.List.choices), search()
    ordering = ordering("rank", "id", "requested_cents")


class RankingViewSet(Reads, mixins.ListModelMixin, viewsets.GenericViewSet):
    """Lines of closed sessions only: an open jury is seen in its own page. A session of which a dossier is withheld from the person is not
    told to their programs: the ranks of the others would tell its own."""

    queryset = RankingLine.objects.none()
    serializer_class = RankingLineSerializer
    permission_classes = [*Reads.permission_classes, SeesRanking]
    asks = RankingAsked

    def get_queryset(self) -> QuerySet[RankingLine]:
        shut = RankingLine.objects.filter(shut_to(self.request.user)).values("session")
        rows, asked = RankingLine.objects.visible_to(self.request.user).filter(session__state="closed"), self.asked
        rows = rows.exclude(session__in=shut)
        if "wave" in asked:
            rows = rows.filter(session__wave__number=asked["wave"])
        if "list" in asked:
            rows = rows.filter(list=asked["list"])
        if text := asked.get("search"):
            rows = rows.filter(Q(application__reference__icontains=text) | Q(application__acronym__icontains=text))
        return rows.select_related("application", "session__wave")


router = Router()
router.register("ranking", RankingViewSet, basename="ranking")
urlpatterns = router.urls
