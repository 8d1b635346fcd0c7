"""Read-only registers of the room."""

from django.contrib import admin

from directory.admin import Audited

from .models import Admissibility


@admin.register(Admissibility)
class AdmissibilityRegister(Audited):
    list_display = ("application", "verdict", "rule", "state", "proposed_by", "proposed_at", "decided_by", "decided_at")
    list_filter = ("state", "verdict")
    list_select_related = ("application", "proposed_by", "decided_by")
