"""The stage of the dossier that a page is about, wherever it is headed."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from applications.models import Application
from edsh_portal.templatetags.portal import state

from ..stage import stage_of

register = template.Library()


@register.simple_tag(takes_context=True)
def stage(context: Any, application: Application) -> SafeString:
    """Drawn as a state; a row of a list brings its own (`with_stage`)."""
    held = getattr(application, "stage", None)
    return state(held or stage_of(application, context["request"].user), "stage")
