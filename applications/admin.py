"""Read-only registers of the room: nobody changes a dossier from here."""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest

from directory.admin import Audited

from .models import Application, Membership, Reception, Version


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
