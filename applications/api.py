"""API of the call and its dossiers: the objects that the pages show the same person, to read."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import filters, routers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from directory.actions import fold
from directory.models import Establishment
from directory.tokens import HasScope
from edsh_portal import clock
from edsh_portal.access import fetch, has_role
from edsh_portal.api import Cursor

from . import freeze, grid, rules
from .clocks import deadlines
from .models import AidRate, Application, Call, CallSettings, Criterion, PieceRequirement, Wave
from .permissions import can_read_checks, can_read_draft, reads_perimeters_only


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
    assumed = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = CallSettings
        fields = (
            "version",
            "frozen_at",
            "max_members",
            "min_activity",
            "min_months",
            "max_months",
            "min_projects",
            "min_external_partners",
            "min_perimeters",
            "min_base_cents",
            "consolidation_level",
            "overhead_cap_bp",
            "permanent_staff_eligible",
            "de_minimis_cents",
            "scale_max",
            "quorum",
            "min_comment_chars",
            "admissibility_months",
            "decision_months",
            "assumed",
            "criteria",
            "pieces",
            "rates",
        )


class WaveSerializer(serializers.ModelSerializer):
    """A cut-off: deposits are open while opens_at <= now < closes_at."""

    call = serializers.SlugRelatedField("slug", read_only=True)
    settings = serializers.SlugRelatedField("version", read_only=True)

    class Meta:
        model = Wave
        fields = ("id", "call", "number", "opens_at", "closes_at", "settings")


class CallSerializer(serializers.ModelSerializer):
    waves = WaveSerializer(many=True)
    settings = SettingsSerializer(many=True)

    class Meta:
        model = Call
        fields = ("slug", "title", "purpose", "state", "published_at", "waves", "settings")


class CoordinatorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Establishment
        fields = ("finess", "name", "kind", "category", "fictitious")


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
    coordinator = CoordinatorSerializer()
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)
    version_sha256 = serializers.CharField(source="version.sha256", allow_null=True, default=None)
    completed_at = serializers.DateTimeField(
        source="version.completed_at", allow_null=True, default=None, help_text="De la réponse à des compléments."
    )
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
        instance.periods = deadlines(instance)
        shown = super().to_representation(instance)
        user = self.context["request"].user
        if has_role(user, "hdh") and reads_perimeters_only(user, instance):
            shown |= {"total_cents": None, "requested_cents": None}
        return shown


class VerdictSerializer(serializers.Serializer):
    """What one rule says; `source` is the text it rests on, `url` the page and the field to correct, null where nothing
    is to change or may be changed by this person."""

    rule = serializers.CharField()
    ok = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=[rules.BLOCK, rules.WARN])
    blocks = serializers.BooleanField()
    title = serializers.CharField()
    message = serializers.CharField()
    change = serializers.CharField(allow_blank=True)
    source = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, verdict: rules.Verdict) -> str | None:
        return verdict.url(self.context["reference"]) or None if self.context["draft"] else None


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
    settings = serializers.IntegerField(source="application.wave.settings.version")
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
        told = [*checks.reading.verdicts, *checks.reading.budget_verdicts]
        context = {"reference": checks.application.reference, "draft": checks.draft}
        return VerdictSerializer(told, many=True, context=context).data


LINE = ("work_package", "category", "year", "cents")


class LineSerializer(serializers.Serializer):
    """One cell: `work_package` is its number, 0 when the expense is on none."""

    work_package = serializers.IntegerField()
    category = serializers.CharField()
    year = serializers.IntegerField()
    cents = serializers.IntegerField()


class MemberBudgetSerializer(serializers.Serializer):
    name = serializers.CharField()
    finess = serializers.CharField()
    lines = LineSerializer(many=True)
    plan = serializers.DictField(child=serializers.IntegerField())
    total_cents = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer):
    """The budget of the last deposited version (of the draft when there is none), in cents."""

    reference = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    members = MemberBudgetSerializer(many=True)
    totals = serializers.DictField(child=serializers.IntegerField())


@extend_schema_view(
    list=extend_schema(summary="Appels"), retrieve=extend_schema(summary="Un appel, ses relèves et ses réglages")
)
class CallViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Call.objects.none()
    serializer_class = CallSerializer
    permission_classes = (IsAuthenticated, HasScope)
    lookup_field = "slug"

    def get_queryset(self) -> Any:
        parts = ("waves__settings", "waves__call", "settings__criteria", "settings__pieces", "settings__rates")
        return Call.objects.visible_to(self.request.user).prefetch_related(*parts)


@extend_schema_view(list=extend_schema(summary="Relèves"), retrieve=extend_schema(summary="Une relève"))
class WaveViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Wave.objects.none()
    serializer_class = WaveSerializer
    permission_classes = (IsAuthenticated, HasScope)

    def get_queryset(self) -> Any:
        return Wave.objects.visible_to(self.request.user).select_related("call", "settings")


FILTERS = [
    OpenApiParameter("wave", OpenApiTypes.INT, description="Numéro de la relève."),
    OpenApiParameter(
        "state",
        OpenApiTypes.STR,
        enum=[state for state, _label in Application.shown_states()],
        description="État du dossier.",
    ),
    OpenApiParameter("region", OpenApiTypes.STR, description="Code INSEE de la région du coordinateur."),
    OpenApiParameter("search", OpenApiTypes.STR, description="Référence, nom ou FINESS du coordinateur."),
]


class Filters(serializers.Serializer):
    """What the address may ask: anything else is a 400, so that a misspelt filter never shows everything."""

    wave = serializers.IntegerField(required=False, default=None, min_value=1, max_value=999)
    state = serializers.ChoiceField(choices=Application.shown_states(), required=False, default="")
    region = serializers.CharField(required=False, default="", max_length=2)
    search = serializers.CharField(required=False, default="", max_length=80)


@extend_schema_view(
    list=extend_schema(summary="Dossiers visibles", parameters=FILTERS),
    retrieve=extend_schema(summary="Un dossier, par sa référence"),
)
class ApplicationViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Application.objects.none()
    serializer_class = DossierSerializer
    permission_classes = (IsAuthenticated, HasScope)
    pagination_class = Cursor
    filter_backends = (filters.OrderingFilter,)
    ordering_fields = ("reference", "submitted", "requested")
    ordering = ("id",)
    lookup_field = "reference"
    lookup_value_regex = "[A-Za-z0-9-]+"

    def get_queryset(self) -> Any:
        rows = Application.objects.visible_to(self.request.user).for_register()
        # Cursors need a value on every row: a draft sorts as created, and as asking nothing.
        return rows.annotate(
            submitted=Coalesce("submitted_at", "created_at"), requested=Coalesce(F("requested_cents"), Value(0))
        )

    @extend_schema(summary="Budget d’un dossier, par membre, lot, catégorie et année", responses=BudgetSerializer)
    @action(detail=True, filter_backends=(), pagination_class=None)
    def budget(self, request: Request, reference: str) -> Response:
        application = self.get_object()
        if reads_perimeters_only(request.user, application):
            raise Http404
        version = application.version
        content = version.content if version else freeze.content(application)
        members = [
            member
            | {
                "lines": [dict(zip(LINE, [*key, cents], strict=True)) for key, cents in grid.cells(member).items()],
                "total_cents": sum(line["cents"] for line in member["lines"]),
            }
            for member in content["members"]
        ]
        number = version.number if version else None
        held = {"reference": reference, "version": number, "members": members, "totals": content["totals"]}
        return Response(BudgetSerializer(held).data)

    def filter_queryset(self, queryset: Any) -> Any:
        if self.detail:
            return queryset
        return super().filter_queryset(queryset.matching(**_asked(self.request)))

    @extend_schema(summary="Ce que les règles disent d’un dossier", responses=ChecksSerializer)
    @action(detail=True, pagination_class=None, filter_backends=())
    def checks(self, request: Request, reference: str) -> Response:
        rows = Application.objects.select_related("wave__settings", "wave__call", "coordinator", "version")
        application = fetch(rows, request.user, can_read_checks, reference=reference)
        draft = can_read_draft(request.user, application)
        reading = freeze.read(application, clock.now()) if draft else freeze.read_deposited(application)
        return Response(ChecksSerializer(Checks(application, reading, draft)).data)


def _asked(request: Request) -> dict[str, Any]:
    held = Filters(data=request.query_params)
    held.is_valid(raise_exception=True)
    asked = dict(held.validated_data)
    text = asked.pop("search").strip()
    return asked | {"text": text, "folded": fold(text)}


router = routers.SimpleRouter()
router.register("calls", CallViewSet, basename="call")
router.register("waves", WaveViewSet, basename="wave")
router.register("applications", ApplicationViewSet, basename="application")
urlpatterns = router.urls
