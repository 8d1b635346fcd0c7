"""Read-only registers of the money, for the auditor: verbs are the only writers."""

from django.contrib import admin

from directory.admin import Audited

from .models import Convention, Envelope, Grant, Instalment, Line, Posting

COLUMNS = {
    Line: ("code", "label", "call"),
    Envelope: ("version", "act", "opened_at"),
    Grant: ("application", "state", "cents", "reserved_at", "engaged_at"),
    Convention: ("siret", "share", "state", "months", "signed_at"),
    Instalment: ("convention", "kind", "number", "cents", "year", "state"),
    Posting: ("id", "kind", "line", "at", "by", "second", "key"),
}
for model, columns in COLUMNS.items():
    admin.site.register(
        model, type(f"{model.__name__}Register", (Audited,), {"list_display": columns, "ordering": ("-pk",)})
    )
