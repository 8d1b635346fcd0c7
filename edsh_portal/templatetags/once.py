"""`{% once %}`, beside `{% csrf_token %}`: the key of a form (edsh_portal/once.py)."""

from django import template

from .. import once

register = template.Library()
register.simple_tag(once.field, name="once")
