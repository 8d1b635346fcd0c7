"""Decisions for programs: the same rows as the pages, amounts in whole cents."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import filters, permissions, serializers, viewsets
from rest_framework.routers import SimpleRouter

from directory.tokens import HasScope
from edsh_portal import asked as read

from .models import Decision, Kind, ProposalShare


class ShareSerializer(serializers.ModelSerializer):
    """One beneficiary's part on one source."""

    establishment = serializers.CharField(source="establishment.name")
    finess = serializers.CharField(source="establishment.finess", allow_null=True)
    line = serializers.CharField(source="line.code")

    class Meta:
        model = ProposalShare
        fields = ("establishment", "finess", "line", "cents")


class DecisionSerializer(serializers.ModelSerializer):
    application = serializers.CharField(source="application.reference")
    acronym = serializers.CharField(source="application.acronym")
    coordinator = serializers.CharField(source="application.coordinator.name")
    wave = serializers.IntegerField(source="application.wave.number")
    shares = ShareSerializer(source="proposal.shares", many=True, read_only=True)

    class Meta:
        model = Decision
        fields = (
            "number",
            "kind",
            "state",
            "application",
            "acronym",
            "coordinator",
            "wave",
            "cents",
            "shares",
            "approved_at",
            "rendered_at",
            "released_at",
            "notified_at",
            "revoked_at",
            "snapshot_sha256",
            "sha256",
        )
        read_only_fields = fields


def _text(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **more)


@extend_schema_view(
    list=extend_schema(
        parameters=[
            _text("kind", "Nature de la décision.", enum=Kind.values),
            _text("state", "État de la décision.", enum=Decision.State.values),
            OpenApiParameter("wave", int, description="Numéro de la relève."),
            _text("application", "Référence du dossier."),
        ]
    )
)
class DecisionViewSet(viewsets.ReadOnlyModelViewSet):
    """Decisions this person sees: all for the State's side, one's own once notified for the hospitals."""

    serializer_class = DecisionSerializer
    permission_classes = (permissions.IsAuthenticated, HasScope)
    required_scope = "read"
    queryset = Decision.objects.none()
    lookup_field = "number"
    filter_backends = (filters.SearchFilter, filters.OrderingFilter)
    ordering = ("id",)
    ordering_fields = ("number", "cents", "approved_at")
    search_fields = ("number", "application__reference", "application__acronym", "application__coordinator__name")

    def get_queryset(self) -> Any:
        rows = (
            Decision.objects.visible_to(self.request.user)
            .select_related("application__coordinator", "application__wave", "proposal")
            .prefetch_related("proposal__shares__establishment", "proposal__shares__line")
        )
        asked = self.request.query_params
        for name, column in (("kind", "kind"), ("state", "state"), ("application", "application__reference")):
            if asked.get(name):
                rows = rows.filter(**{column: asked[name]})
        if asked.get("wave"):
            number = read.number(asked["wave"])
            rows = rows.none() if number is None else rows.filter(application__wave__number=number)
        return rows


router = SimpleRouter()
router.register("decisions", DecisionViewSet, basename="decision")
urlpatterns = router.urls
