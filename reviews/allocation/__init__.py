"""Who judges what, chosen by a solver: exact arithmetic on one instance, no request, no query, no clock (docs/decisions/0048).

`instance` says what is asked, `places` whether it can be, and why not; `solver` finds the best (it alone imports HiGHS and numpy: a
worker's and a command's, never the web's)."""

from . import said
from .instance import Dossier, Expert, Instance, read
from .places import Cause, Change, Places, causes

__all__ = ["Cause", "Change", "Dossier", "Expert", "Instance", "Places", "causes", "read", "said"]
