"""Filters of the accounts and of the journal, and the instant that figures are asked at."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from directory.actions import fold
from directory.models import Establishment
from edsh_portal import clock
from edsh_portal.forms import Form

from .. import books
from ..models import Account, GrantShare, Line, Posting
from ..statement import FAMILIES, KINDS


class AsOf(Form):
    """What asks for figures as they stood."""

    as_of = forms.DateTimeField(
        label=_("Soldes arrêtés au"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def at(self) -> datetime | None:
        """The instant asked for; None for now, and for what is no instant."""
        self.is_valid()
        return self.cleaned_data.get("as_of")


ENGAGED = "engaged"  # no family: every step of what was notified and not withdrawn


class AccountsForm(AsOf):
    """Filters of the accounts; `establishment` and `share` come from a figure that was opened."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    line = forms.ModelChoiceField(
        label=_("Source"), required=False, queryset=Line.objects.order_by("pk"), empty_label=_("Toutes")
    )
    family = forms.ChoiceField(
        label=_("Famille"), required=False, choices=[("", _("Toutes")), *FAMILIES.items(), (ENGAGED, _("Engagé, payé ou non"))]
    )  # fmt: skip
    settled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    establishment = forms.ModelChoiceField(
        required=False, queryset=Establishment.objects.all(), widget=forms.HiddenInput
    )
    share = forms.ModelChoiceField(
        required=False, queryset=GrantShare.objects.select_related("establishment"), widget=forms.HiddenInput
    )
    by = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("text", "line", "family", "as_of", "settled", "establishment", "share", "by")

    def __init__(self, *args: Any, grouped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if grouped:  # each family has its column there
            self.fields["family"].widget = forms.HiddenInput()

    def matching(self, rows: QuerySet[Account]) -> QuerySet[Account]:
        """Http404: the address names a beneficiary or a share that does not exist."""
        if not self.is_valid() and not self.errors.keys().isdisjoint(("establishment", "share")):
            raise Http404
        asked = self.cleaned_data
        exact = {"line": "line", "establishment": "share__establishment", "share": "share"}
        rows = rows.filter(**{column: asked[name] for name, column in exact.items() if asked.get(name)})
        if family := asked.get("family"):
            rows = rows.filter(family__in=books.COLUMNS if family == ENGAGED else (family,))
        return rows.filter(_about(asked["text"])) if asked.get("text") else rows

    def shows_settled(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("settled"))

    def of(self) -> Establishment | None:
        """Whose accounts alone are shown."""
        share = self.cleaned_data.get("share")
        return share.establishment if share else self.cleaned_data.get("establishment")


class JournalForm(Form):
    """Filters of the journal."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    line = forms.ModelChoiceField(
        label=_("Source"), required=False, queryset=Line.objects.order_by("pk"), empty_label=_("Toutes")
    )
    kind = forms.ChoiceField(label=_("Opération"), required=False, choices=[("", _("Toutes")), *KINDS.items()])
    since = forms.DateField(label=_("Du"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Au"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def matching(self, rows: QuerySet[Posting]) -> QuerySet[Posting]:
        """Both days included, in Paris."""
        self.is_valid()
        asked = self.cleaned_data
        rows = rows.filter(**{name: asked[name] for name in ("line", "kind") if asked.get(name)})
        if asked.get("since"):
            rows = rows.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            rows = rows.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return rows.filter(_about(asked["text"])) if asked.get("text") else rows


def _about(text: str) -> Q:
    """Accounts or operations of an establishment or a dossier that is so called."""
    return (
        Q(share__establishment__sort_key__contains=fold(text))
        | Q(grant__application__reference__icontains=text)
        | Q(grant__application__acronym__icontains=text)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.PARIS)
