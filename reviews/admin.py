"""Read-only registers of the evaluation: nobody scores, assigns or lists from here."""

from django.contrib import admin

from directory.admin import Audited

from .models import Assignment, Opinion, RankingLine, Review, Session


@admin.register(Assignment)
class AssignmentRegister(Audited):
    list_display = ("id", "application", "expert", "state", "assigned_at", "due_at")
    list_select_related = ("application", "expert")
    list_filter = ("state",)


@admin.register(Review)
class ReviewRegister(Audited):
    list_display = ("id", "assignment", "version_id", "state", "opened_at", "locked_at")
    list_select_related = ("assignment__application",)
    list_filter = ("state",)


@admin.register(Opinion)
class OpinionRegister(Audited):
    list_display = ("id", "application", "version", "value", "by", "at")
    list_select_related = ("application", "by")


@admin.register(Session)
class SessionRegister(Audited):
    list_display = ("id", "wave", "state", "chair", "opened_at", "closed_at")
    list_select_related = ("wave", "chair")


@admin.register(RankingLine)
class RankingLineRegister(Audited):
    list_display = ("id", "session", "rank", "application", "score_num", "score_den", "list")
    list_select_related = ("session__wave", "application")
    list_filter = ("list",)
