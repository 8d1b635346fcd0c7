"""Read-only registers of the evaluation: nobody scores, assigns or lists from here."""

from django.contrib import admin

from directory.admin import Audited

from .models import Assignment, Opinion, Profile, RankingLine, Review, Ruling, Session, Tie, Undertaking


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


@admin.register(Profile)
class ProfileRegister(Audited):
    list_display = ("id", "expert", "capacity", "available_from", "available_until", "written_at")
    list_select_related = ("expert",)


@admin.register(Tie)
class TieRegister(Audited):
    list_display = ("id", "expert", "kind", "body", "siren", "since_on", "until_on", "withdrawn_at")
    list_select_related = ("expert",)
    list_filter = ("kind",)


@admin.register(Ruling)
class RulingRegister(Audited):
    list_display = ("id", "application", "expert", "allowed", "by", "at")
    list_select_related = ("application", "expert", "by")
    list_filter = ("allowed",)


@admin.register(Undertaking)
class UndertakingRegister(Audited):
    list_display = ("id", "expert", "wave", "signed_at")
    list_select_related = ("expert", "wave")


@admin.register(Session)
class SessionRegister(Audited):
    list_display = ("id", "wave", "state", "chair", "opened_at", "closed_at")
    list_select_related = ("wave", "chair")


@admin.register(RankingLine)
class RankingLineRegister(Audited):
    list_display = ("id", "session", "rank", "application", "score_num", "score_den", "list")
    list_select_related = ("session__wave", "application")
    list_filter = ("list",)
