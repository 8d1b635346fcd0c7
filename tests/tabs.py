"""A page that stays open while others write: what its browser sends, from the form that it was drawn from."""

from typing import Any

from django.http import QueryDict


def sent(shown: Any, **changes: Any) -> QueryDict:
    """What a browser sends of this form, once these fields were changed."""
    query = QueryDict(mutable=True)
    for bound in shown:
        drawn = bound.value()
        query[bound.html_initial_name] = "" if drawn is None else str(drawn)
        if not isinstance(drawn, bool):
            query[bound.html_name] = "" if drawn is None else str(drawn)
        elif drawn:
            query[bound.html_name] = "on"
    for name, value in changes.items():
        query[name] = value
    return query
