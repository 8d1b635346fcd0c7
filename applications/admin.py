"""Read-only registers of the room: nobody changes a dossier from here."""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest

from directory.admin import Audited, Register

from .models import Admissibility, Application, Call, CallSettings, Criterion, Membership, Reception, Version, Wave


@admin.register(Call)
class CallRegister(Register):
    list_display = ("slug", "title", "state", "published_at")


@admin.register(CallSettings)
class SettingsRegister(Register):
    list_display = ("call", "version", "frozen_at", "max_members", "min_months", "max_months", "quorum")
    list_select_related = ("call",)


@admin.register(Criterion)
class CriterionRegister(Register):
    list_display = ("settings_version", "number", "title", "weight", "floor")
    list_select_related = ("settings",)
    ordering = ("settings", "number")

    @admin.display(description="version")
    def settings_version(self, criterion: Criterion) -> int:
        return criterion.settings.version


@admin.register(Wave)
class WaveRegister(Register):
    list_display = ("number", "call", "opens_at", "closes_at")
    list_select_related = ("call",)


@admin.register(Application)
class ApplicationRegister(Audited):
    list_display = ("reference", "state", "coordinator", "wave", "submitted_at", "requested_cents")
    list_filter = ("state", "wave__number")
    search_fields = ("reference", "coordinator__sort_key")
    list_select_related = ("coordinator", "wave")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(state=Application.State.ABANDONED)


@admin.register(Membership)
class MembershipRegister(Audited):
    list_display = ("application", "establishment", "role", "state", "invited_at", "answered_at")
    list_filter = ("state", "role")
    list_select_related = ("application", "establishment")


@admin.register(Version)
class VersionRegister(Audited):
    list_display = ("receipt_number", "application", "number", "submitted_at", "sha256")
    list_select_related = ("application",)


@admin.register(Admissibility)
class AdmissibilityRegister(Audited):
    list_display = ("application", "verdict", "rule", "state", "proposed_by", "proposed_at", "decided_by", "decided_at")
    list_filter = ("state", "verdict")
    list_select_related = ("application", "proposed_by", "decided_by")


@admin.register(Reception)
class ReceptionRegister(Audited):
    list_display = ("application", "number", "received_at", "settled_at", "version_number", "rules")
    list_select_related = ("application",)
    ordering = ("-received_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(answer=F("version__number"))

    @admin.display(description="version")
    def version_number(self, reception: Any) -> int | None:
        return reception.answer
