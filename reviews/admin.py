"""Read-only registers of the evaluation: nobody scores, assigns or lists from here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from edsh_portal.access import has_role

from .models import Assignment, Opinion, RankingLine, Review, Session


class Register(admin.ModelAdmin):
    """Seen by who audits; never by who administers: they have no business right."""

    list_per_page = 25
    show_full_result_count = False

    def _may(self, request: HttpRequest) -> bool:
        return has_role(request.user, "auditor")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Assignment)
class AssignmentRegister(Register):
    list_display = ("id", "application", "expert", "state", "assigned_at", "due_at")
    list_select_related = ("application", "expert")
    list_filter = ("state",)


@admin.register(Review)
class ReviewRegister(Register):
    list_display = ("id", "assignment", "version_id", "state", "opened_at", "locked_at")
    list_select_related = ("assignment__application",)
    list_filter = ("state",)


@admin.register(Opinion)
class OpinionRegister(Register):
    list_display = ("id", "application", "version", "value", "by", "at")
    list_select_related = ("application", "by")


@admin.register(Session)
class SessionRegister(Register):
    list_display = ("id", "wave", "state", "chair", "opened_at", "closed_at")
    list_select_related = ("wave", "chair")


@admin.register(RankingLine)
class RankingLineRegister(Register):
    list_display = ("id", "session", "rank", "application", "score_num", "score_den", "list")
    list_select_related = ("session__wave", "application")
    list_filter = ("list",)
