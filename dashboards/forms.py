"""Forms of the composed pages: what the register, the journal of events and the access log are asked."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from calls.models import Wave
from directory.models import Region, User
from edsh_portal import clock
from edsh_portal.forms import Form
from edsh_portal.models import AccessLog, Event

from . import kinds, visits
from .box import contents
from .stage import Stage

MOST_NAMED = 25  # people or dossiers that one word of a filter names


class RegisterForm(Form):
    """Filters in the address; what is not understood filters nothing."""

    q = forms.CharField(
        label=_("Dossier ou coordinateur"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    wave = forms.TypedChoiceField(label=_("Relève"), coerce=int, empty_value=None, required=False)
    stage = forms.ChoiceField(label=_("Étape"), choices=[("", _("Toutes")), *Stage.choices], required=False)
    region = forms.ChoiceField(label=_("Région du coordinateur"), required=False)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = Wave.objects.order_by("number").values_list("number", flat=True).distinct()
        self.fields["wave"].choices = [("", _("Toutes")), *((n, _("Relève %(n)s") % {"n": n}) for n in numbers)]
        regions = Region.objects.order_by("name").values_list("code", "name")
        self.fields["region"].choices = [("", _("Toutes")), *regions]

    def filters(self) -> dict[str, Any]:
        """wave, region, text as the queryset of dossiers takes them."""
        self.is_valid()
        held = self.cleaned_data
        return {"wave": held.get("wave"), "region": held.get("region", ""), "text": held.get("q", "").strip()}


class TrailForm(Form):
    """What both journals are asked; what names nobody, or no dossier, finds nothing."""

    dossier = forms.CharField(label=_("Dossier"), required=False, max_length=80)
    person = forms.CharField(label=_("Personne"), required=False, max_length=80)
    since = forms.DateField(label=_("Du"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Au"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def said(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def dossiers(self) -> list[Application]:
        """Those whose reference or acronym is the word; people first read a reference on a paper."""
        text = self.said()["dossier"].strip()
        found = Application.objects.filter(Q(reference__iexact=text) | Q(acronym__iexact=text))
        return list(found.order_by("pk")[:MOST_NAMED])

    def people(self) -> list[int]:
        text = self.said()["person"].strip()
        found = User.objects.filter(Q(full_name__icontains=text) | Q(email__istartswith=text))
        return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_NAMED])

    def days(self) -> Q:
        """Both days included, in Paris."""
        said, found = self.said(), Q()
        if said.get("since"):
            found &= Q(at__gte=_midnight(said["since"]))
        if said.get("until"):
            found &= Q(at__lt=_midnight(said["until"] + timedelta(days=1)))
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.PARIS)


class EventsForm(TrailForm):
    kind = forms.ChoiceField(label=_("Fait"), required=False)
    field_order = ("dossier", "kind", "person", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Tous")), *kinds.choices()]

    def matching(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        said = self.said()
        rows = rows.filter(self.days())
        if said.get("dossier"):
            rows = rows.filter(contents.about(self.dossiers()))
        if said.get("kind"):
            rows = rows.filter(kind=said["kind"])
        return rows.filter(by__in=self.people()) if said.get("person") else rows


class ReadsForm(TrailForm):
    refused = forms.BooleanField(label=_("Accès refusés seulement"), required=False)

    def matching(self, rows: QuerySet[AccessLog]) -> QuerySet[AccessLog]:
        said = self.said()
        rows = rows.filter(self.days())
        if said.get("dossier"):
            rows = rows.filter(contents.under([one for of in self.dossiers() for one in contents.addresses(of)]))
        if said.get("refused"):
            rows = rows.filter(status__in=visits.REFUSED)
        return rows.filter(user__in=self.people()) if said.get("person") else rows
