"""API of the money: awards, instalments, ledger entries and balances; the objects that the pages show the same person."""

from typing import Any

from django.db.models import Q
from rest_framework import serializers, viewsets

from directory.api import EstablishmentSerializer
from edsh_portal.api import Listed, Reads, Router, choice, instant, ordering, search, whole, word

from . import books
from .models import Account, Entry, Grant, GrantShare, Instalment
from .statement import FAMILIES, KINDS


class GrantShareSerializer(serializers.ModelSerializer):
    """One establishment's part on one source, in cents."""

    establishment = EstablishmentSerializer()
    line = serializers.CharField(source="line.code")

    class Meta:
        model = GrantShare
        fields = ("id", "establishment", "line", "cents")


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
    establishment = EstablishmentSerializer(source="convention.share.establishment")
    line = serializers.CharField(source="convention.share.line.code")
    convention = serializers.IntegerField(source="convention_id")

    class Meta:
        model = Instalment
        fields = (
            "id", "application", "convention", "establishment", "line", "kind", "number", "year", "cents", "evidence", "state",
            "planned_at", "certified_at", "ordered_at", "paid_at",
        )  # fmt: skip


class EntrySerializer(serializers.ModelSerializer):
    """Cents moved from one account to another, what both held just after, and the act behind it."""

    source = serializers.CharField(source="source.code")  # type: ignore[assignment]  # a column of this name; DRF gathers the declared ones
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
    """What an account holds, or held at `as_of`, in cents; below zero only for the acts that open the budget."""

    line = serializers.CharField(source="line.code")
    application = serializers.CharField(source="grant.application.reference", allow_null=True, default=None)
    cents = serializers.IntegerField()
    entry_count = serializers.IntegerField(source="moves")

    class Meta:
        model = Account
        fields = ("id", "code", "family", "line", "year", "application", "cents", "entry_count")


YEARS = (2000, 2200)


class GrantsAsked(Listed):
    state, search = choice(Grant.State.choices), search()
    ordering = ordering("id", "cents", "reserved_at")


class InstalmentsAsked(Listed):
    state, kind, line = choice(Instalment.State.choices), choice(Instalment.Kind.choices), word(12)
    year, search = whole(*YEARS), search()
    ordering = ordering("id", "cents", "year", "planned_at")


class EntriesAsked(Listed):
    account, kind, line, year, as_of = word(120), choice(sorted(KINDS)), word(12), whole(*YEARS), instant()
    ordering = ordering("id", "cents")


class BalancesAsked(Listed):
    family, line, year, search, as_of = choice(sorted(FAMILIES)), word(12), whole(*YEARS), search(120), instant()
    ordering = ordering("id", "code")


class GrantViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Grant.objects.none()
    serializer_class = GrantSerializer
    asks = GrantsAsked

    def get_queryset(self) -> Any:
        rows = Grant.objects.visible_to(self.request.user)
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        if text := self.asked.get("search"):
            rows = rows.filter(Q(application__reference__icontains=text) | Q(application__acronym__icontains=text))
        return rows.select_related("application").prefetch_related("shares__establishment", "shares__line")


class InstalmentViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Instalment.objects.none()
    serializer_class = InstalmentSerializer
    asks = InstalmentsAsked

    def get_queryset(self) -> Any:
        names = {"search": "text", "line": "source", "state": "state", "kind": "kind", "year": "year"}
        return Instalment.objects.visible_to(self.request.user).matching(**_named(self.asked, names)).for_list()


class EntryViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Entry.objects.none()
    serializer_class = EntrySerializer
    required_scope = "ledger"
    asks = EntriesAsked

    def get_queryset(self) -> Any:
        names = {
            "kind": "posting__kind",
            "line": "posting__line__code",
            "year": "posting__year",
            "as_of": "posting__at__lte",
        }
        rows = Entry.objects.visible_to(self.request.user).filter(**_named(self.asked, names))
        if code := self.asked.get("account"):
            rows = rows.filter(Q(source__code=code) | Q(target__code=code))
        return rows.select_related("posting__line", "source", "target")


class BalanceViewSet(Reads, viewsets.ReadOnlyModelViewSet):
    queryset = Account.objects.none()
    serializer_class = BalanceSerializer
    required_scope = "ledger"
    asks = BalancesAsked

    def get_queryset(self) -> Any:
        names = {"family": "family", "line": "line__code", "search": "code__startswith", "year": "year"}
        rows = Account.objects.visible_to(self.request.user).filter(**_named(self.asked, names))
        return books.held(rows.select_related("line", "grant__application"), self.asked.get("as_of"))


def _named(asked: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What was asked, under the names that the query gives it."""
    return {column: asked[name] for name, column in names.items() if name in asked}


router = Router()
router.register("grants", GrantViewSet, "api-grants")
router.register("instalments", InstalmentViewSet, "api-instalments")
router.register("ledger/entries", EntryViewSet, "api-ledger-entries")
router.register("ledger/balances", BalanceViewSet, "api-ledger-balances")
urlpatterns = router.urls
