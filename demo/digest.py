"""One SHA-256 over what matters of a built call: equal on two builds of the same seed."""

import hashlib
import json

from applications.models import Application, Version
from decisions.models import Decision
from edsh_portal.models import Event
from funding.models import Entry, Instalment
from reviews.models import Score


def of_everything() -> str:
    told = {
        "applications": list(
            Application.objects.order_by("pk").values_list("reference", "state", "requested_cents", "total_cents")
        ),
        "versions": list(Version.objects.order_by("pk").values_list("receipt_number", "sha256")),
        "scores": list(Score.objects.order_by("pk").values_list("review_id", "criterion__number", "value")),
        "decisions": list(Decision.objects.order_by("pk").values_list("number", "kind", "state")),
        "entries": list(Entry.objects.order_by("pk").values_list("source__code", "target__code", "cents")),
        "instalments": list(Instalment.objects.order_by("pk").values_list("kind", "cents", "state")),
        "events": list(Event.objects.order_by("stream", "seq").values_list("stream", "seq", "kind", "at")),
    }
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()
