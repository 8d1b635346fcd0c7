"""API of the call: its settings by version, its waves."""

from typing import Any

from rest_framework import serializers, viewsets

from edsh_portal.api import Listed, Reads, Router

from .models import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .models.call import BOUNDS


class CriterionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Criterion
        fields = ("number", "title", "guidance", "weight", "floor")


class PieceRequirementSerializer(serializers.ModelSerializer):
    class Meta:
        model = PieceRequirement
        fields = ("code", "title", "per_member", "required", "order")


class AidRateSerializer(serializers.ModelSerializer):
    class Meta:
        model = AidRate
        fields = ("kind", "regime", "rate_bp")


class SettingsSerializer(serializers.ModelSerializer):
    """One version of the bounds; amounts in cents, rates in basis points; `assumed` names what no public text gives."""

    criteria = CriterionSerializer(many=True)
    pieces = PieceRequirementSerializer(many=True)
    rates = AidRateSerializer(many=True)
    settings_version = serializers.IntegerField(source="version")
    assumed = serializers.ListField(child=serializers.CharField())
    calibration = serializers.CharField()  # a word, or nothing

    class Meta:
        model = CallSettings
        fields = (
            "settings_version",
            "frozen_at",
            *(name for name in BOUNDS if not name.startswith("service_")),  # the last is `assumed`
            "criteria",
            "pieces",
            "rates",
        )


class WaveSerializer(serializers.ModelSerializer):
    """A cut-off: deposits are open while opens_at <= now < closes_at."""

    call: Any = serializers.SlugRelatedField("slug", read_only=True)
    settings_version = serializers.IntegerField(source="settings.version")

    class Meta:
        model = Wave
        fields = ("id", "call", "number", "opens_at", "closes_at", "settings_version")


class CallSerializer(serializers.ModelSerializer):
    waves = WaveSerializer(many=True)
    settings = SettingsSerializer(many=True)

    class Meta:
        model = Call
        fields = ("slug", "title", "purpose", "state", "published_at", "waves", "settings")


class CallViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Call.objects.none()
    serializer_class = CallSerializer
    lookup_field = "slug"
    asks = Listed

    def get_queryset(self) -> Any:
        parts = ("waves__settings", "waves__call", "settings__criteria", "settings__pieces", "settings__rates")
        return Call.objects.visible_to(self.request.user).prefetch_related(*parts)


class WaveViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Wave.objects.none()
    serializer_class = WaveSerializer
    asks = Listed

    def get_queryset(self) -> Any:
        return Wave.objects.visible_to(self.request.user).select_related("call", "settings")


router = Router()
router.register("calls", CallViewSet, basename="call")
router.register("waves", WaveViewSet, basename="wave")
urlpatterns = router.urls
