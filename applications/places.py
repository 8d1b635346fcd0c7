"""Where a verdict is corrected: the page of the dossier, and the place in it."""

from django.urls import reverse

from .rules import Verdict

OF_MEMBER = ("budget", "work", "regime", "mandate")  # the parts whose page is one member's
LISTS = ("members", "associated", "pieces")  # what a page holds beside its fields
NOWHERE = "dossier"  # nothing is to correct in the dossier itself


def url(verdict: Verdict, reference: str) -> str:
    """The address, in the dossier of this reference; empty when nothing is to change, or when no page does it."""
    if not verdict.failed or verdict.part == NOWHERE:
        return ""
    at = verdict.field and (f"#{verdict.field}" if verdict.field in LISTS else f"#id_{verdict.field}")
    if not verdict.part:
        return at
    if verdict.part in OF_MEMBER:
        if verdict.member:
            return reverse(f"applications:{verdict.part}", args=[reference, verdict.member]) + at
        return reverse("applications:budgets", args=[reference])
    return reverse(f"applications:{verdict.part}", args=[reference]) + at
