"""Read-only registers of the room: nobody changes a call from here."""

from django.contrib import admin

from directory.admin import Register

from .models import Call, CallSettings, Criterion, Wave


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
