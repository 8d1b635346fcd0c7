"""API of the money: awards, instalments, ledger entries and balances; the objects that the pages show the same person."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import filters, routers, serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from directory.models import Establishment
from directory.tokens import HasScope
from edsh_portal.api import Cursor

from .models import Account, Entry, Grant, GrantShare, Instalment
from .statement import FAMILIES, KINDS


class BeneficiarySerializer(serializers.ModelSerializer):
    class Meta:
        model = Establishment
        fields = ("finess", "siret", "name", "kind", "fictitious")


class GrantShareSerializer(serializers.ModelSerializer):
    """One establishment's part on one source, in cents."""

    establishment = BeneficiarySerializer()
    source = serializers.CharField(source="line.code")

    class Meta:
        model = GrantShare
        fields = ("id", "establishment", "source", "cents")


class GrantSerializer(serializers.ModelSerializer):
    """The award of a dossier, in cents: reserved at approval, engaged at notification."""

    application = serializers.CharField(source="application.reference")
    acronym = serializers.CharField(source="application.acronym")
    shares = GrantShareSerializer(many=True)

    class Meta:
        model = Grant
        fields = ("id", "application", "acronym", "state", "cents", "reserved_at", "engaged_at", "shares")


class InstalmentSerializer(serializers.ModelSerializer):
    """An advance, interim payment or balance, in cents; `year` is the one of its CP."""

    application = serializers.CharField(source="convention.share.grant.application.reference")
    beneficiary = BeneficiarySerializer(source="convention.share.establishment")
    source = serializers.CharField(source="convention.share.line.code")
    convention = serializers.IntegerField(source="convention_id")

    class Meta:
        model = Instalment
        fields = (
            "id", "application", "convention", "beneficiary", "source", "kind", "number", "year", "cents", "evidence", "state",
            "planned_at", "certified_at", "ordered_at", "paid_at",
        )  # fmt: skip


class EntrySerializer(serializers.ModelSerializer):
    """Cents moved from one account to another, what both held just after, and the act behind it."""

    source = serializers.CharField(source="source.code")
    target = serializers.CharField(source="target.code")
    posting = serializers.IntegerField(source="posting_id")
    kind = serializers.CharField(source="posting.kind")
    key = serializers.CharField(source="posting.key")
    at = serializers.DateTimeField(source="posting.at")
    year = serializers.IntegerField(source="posting.year")
    line = serializers.CharField(source="posting.line.code")
    by = serializers.IntegerField(source="posting.by_id")
    second = serializers.IntegerField(source="posting.second_id", allow_null=True)
    reverses = serializers.IntegerField(source="posting.reverses_id", allow_null=True)
    event = serializers.IntegerField(source="posting.event_id")

    class Meta:
        model = Entry
        fields = (
            "id", "posting", "kind", "line", "source", "target", "cents", "source_after", "target_after", "at", "year", "by",
            "second", "reverses", "key", "event",
        )  # fmt: skip


class BalanceSerializer(serializers.ModelSerializer):
    """What an account holds now, in cents; below zero only for the acts that open the budget."""

    line = serializers.CharField(source="line.code")
    application = serializers.CharField(source="grant.application.reference", allow_null=True, default=None)
    cents = serializers.IntegerField(source="balance.cents")
    entry_count = serializers.IntegerField(source="balance.entry_count")

    class Meta:
        model = Account
        fields = ("id", "code", "family", "line", "year", "application", "cents", "entry_count")


class _Reads(viewsets.ReadOnlyModelViewSet):
    permission_classes = (IsAuthenticated, HasScope)
    pagination_class = Cursor
    filter_backends = (filters.OrderingFilter,)
    ordering = ("id",)


def _choice(choices: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices, required=False, default="")


def _word(most: int = 80) -> serializers.CharField:
    return serializers.CharField(required=False, default="", max_length=most)


def _year() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, default=None, min_value=2000, max_value=2200)


class GrantFilters(serializers.Serializer):
    """What the address may ask; another value is a 400, so that a misspelt filter never shows everything."""

    state, search = _choice(Grant.State.choices), _word()


class InstalmentFilters(serializers.Serializer):
    state, kind, source = _choice(Instalment.State.choices), _choice(Instalment.Kind.choices), _word(12)
    year, search = _year(), _word()


class EntryFilters(serializers.Serializer):
    account, kind, source, year = _word(120), _choice(sorted(KINDS)), _word(12), _year()


class BalanceFilters(serializers.Serializer):
    family, source, year, search = _choice(sorted(FAMILIES)), _word(12), _year(), _word(120)


def _asked(view: Any, of: type[serializers.Serializer]) -> dict[str, Any]:
    held = of(data=view.request.query_params)
    held.is_valid(raise_exception=True)
    return {name: value for name, value in held.validated_data.items() if value}


@extend_schema_view(
    list=extend_schema(summary="Aides", parameters=[GrantFilters]),
    retrieve=extend_schema(summary="Une aide et ses parts"),
)
class GrantViewSet(_Reads):
    queryset = Grant.objects.none()
    serializer_class = GrantSerializer
    ordering_fields = ("id", "cents", "reserved_at")

    def get_queryset(self) -> Any:
        asked = _asked(self, GrantFilters)
        text = asked.pop("search", "")
        rows = Grant.objects.visible_to(self.request.user).filter(**asked)
        if text:
            rows = rows.filter(Q(application__reference__icontains=text) | Q(application__acronym__icontains=text))
        return rows.select_related("application").prefetch_related("shares__establishment", "shares__line")


@extend_schema_view(
    list=extend_schema(summary="Versements", parameters=[InstalmentFilters]),
    retrieve=extend_schema(summary="Un versement"),
)  # fmt: skip
class InstalmentViewSet(_Reads):
    queryset = Instalment.objects.none()
    serializer_class = InstalmentSerializer
    ordering_fields = ("id", "cents", "year", "planned_at")

    def get_queryset(self) -> Any:
        asked = _asked(self, InstalmentFilters)
        asked["text"] = asked.pop("search", "")
        return Instalment.objects.visible_to(self.request.user).matching(**asked).for_list()


@extend_schema_view(
    list=extend_schema(summary="Écritures du grand livre", parameters=[EntryFilters]),
    retrieve=extend_schema(summary="Une écriture"),
)  # fmt: skip
class EntryViewSet(_Reads):
    queryset = Entry.objects.none()
    serializer_class = EntrySerializer
    required_scope = "ledger"
    ordering_fields = ("id", "cents")

    def get_queryset(self) -> Any:
        asked = _asked(self, EntryFilters)
        names = {"kind": "posting__kind", "source": "posting__line__code", "year": "posting__year"}
        rows = Entry.objects.visible_to(self.request.user).filter(
            **{names[n]: v for n, v in asked.items() if n in names}
        )
        if code := asked.get("account"):
            rows = rows.filter(Q(source__code=code) | Q(target__code=code))
        return rows.select_related("posting__line", "source", "target")


@extend_schema_view(
    list=extend_schema(summary="Soldes des comptes", parameters=[BalanceFilters]),
    retrieve=extend_schema(summary="Le solde d’un compte"),
)  # fmt: skip
class BalanceViewSet(_Reads):
    queryset = Account.objects.none()
    serializer_class = BalanceSerializer
    required_scope = "ledger"
    ordering_fields = ("id", "code")

    def get_queryset(self) -> Any:
        names = {"family": "family", "source": "line__code", "search": "code__startswith", "year": "year"}
        asked = {names[name]: value for name, value in _asked(self, BalanceFilters).items()}
        rows = Account.objects.visible_to(self.request.user).filter(**asked)
        return rows.select_related("balance", "line", "grant__application")


router = routers.SimpleRouter()
router.register("grants", GrantViewSet, "api-grants")
router.register("instalments", InstalmentViewSet, "api-instalments")
router.register("ledger/entries", EntryViewSet, "api-ledger-entries")
router.register("ledger/balances", BalanceViewSet, "api-ledger-balances")
urlpatterns = router.urls
