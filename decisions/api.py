"""Decisions for programs: the same rows as the pages, amounts in whole cents."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.urls import re_path
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from directory.api import EstablishmentSerializer
from edsh_portal.api import Asked, Listed, Reads, Router, choice, ordering, search, whole, word
from edsh_portal.api.doors import OpenDoor

from .authenticity import Verdict, by_data, by_file
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


class AmountSerializer(serializers.Serializer):
    name = serializers.CharField()
    cents = serializers.IntegerField()


@extend_schema_serializer(component_name="Authenticity")
class AuthenticitySerializer(serializers.Serializer):
    authenticity = serializers.ChoiceField(Verdict.choices, source="verdict")
    issued = serializers.CharField(source="issued.kind", default=None, allow_null=True)
    issued_number = serializers.CharField(source="issued.number", default=None, allow_null=True)
    issued_at = serializers.DateTimeField(source="issued.issued_at", default=None, allow_null=True)
    addressee = serializers.CharField(source="issued.to", default=None, allow_null=True)
    amounts = AmountSerializer(source="issued.amounts", many=True, default=())
    revoked_at = serializers.DateTimeField(source="issued.revoked_at", default=None, allow_null=True)
    replaced = serializers.BooleanField(source="issued.replaced", default=False)
    seal_level = serializers.CharField(source="issued.document.level", default=None, allow_null=True)


class AuthenticityAsked(Asked):
    number = word(40)


class AuthenticityView(OpenDoor):
    """For anyone: whoever has the fingerprint has the document. Nothing is opened, and nothing under embargo is known."""

    asks = AuthenticityAsked

    @extend_schema(operation_id="authenticity", tags=["authenticity"], responses=AuthenticitySerializer)
    def get(self, request: Request, sha256: str) -> Response:
        number = self.asked.get("number")
        return Response(AuthenticitySerializer(by_data(number, sha256) if number else by_file(sha256)).data)


router = Router()
router.register("decisions", DecisionViewSet, basename="decision")
urlpatterns = [
    *router.urls,
    re_path(r"^authenticity/(?P<sha256>[^/]{1,64})/?$", AuthenticityView.as_view(), name="authenticity"),
]
