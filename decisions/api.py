"""Decisions for programs: the same rows as the pages, amounts in whole cents."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from rest_framework import serializers, viewsets

from directory.api import EstablishmentSerializer
from edsh_portal.api import Listed, Reads, Router, choice, ordering, search, whole, word

from .models import Decision, Kind, ProposalShare


class ShareSerializer(serializers.ModelSerializer):
    """One establishment's part on one line of money."""

    establishment = EstablishmentSerializer()
    line = serializers.CharField(source="line.code")

    class Meta:
        model = ProposalShare
        fields = ("establishment", "line", "cents")


class DecisionSerializer(serializers.ModelSerializer):
    application = serializers.CharField(source="application.reference")
    acronym = serializers.CharField(source="application.acronym")
    coordinator = EstablishmentSerializer(source="application.coordinator")
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


class DecisionsAsked(Listed):
    kind, state, wave = choice(Kind.choices), choice(Decision.State.choices), whole(1, 999)
    application, search = word(24, "^[A-Za-z0-9-]+$"), search()
    ordering = ordering("number", "cents", "approved_at")


COLUMNS = {
    "kind": "kind",
    "state": "state",
    "wave": "application__wave__number",
    "application": "application__reference",
}
SEARCHED = ("number", "application__reference", "application__acronym", "application__coordinator__name")


class DecisionViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    """Decisions this person sees: all for the State's side, one's own once notified for the hospitals."""

    serializer_class = DecisionSerializer
    queryset = Decision.objects.none()
    lookup_field = "number"
    asks = DecisionsAsked

    def get_queryset(self) -> Any:
        rows = (
            Decision.objects.visible_to(self.request.user)
            .filter(**{column: self.asked[name] for name, column in COLUMNS.items() if name in self.asked})
            .select_related("application__coordinator", "application__wave", "proposal")
            .prefetch_related("proposal__shares__establishment", "proposal__shares__line")
        )
        if text := self.asked.get("search"):
            rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in SEARCHED)))
        return rows


router = Router()
router.register("decisions", DecisionViewSet, basename="decision")
urlpatterns = router.urls
