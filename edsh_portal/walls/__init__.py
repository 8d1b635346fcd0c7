"""Walls around history: functions, triggers and grants of the database, laid from `.sql` files and the models' declarations.

`lay` runs after every migration and by `manage.py roles`, and gives the same walls however often it runs and whatever stood
before; `differences` holds what stands against what would be laid.
"""

from .laying import grant, lay, login_names
from .rights import tables
from .shadow import differences

__all__ = ["differences", "grant", "lay", "login_names", "tables"]
