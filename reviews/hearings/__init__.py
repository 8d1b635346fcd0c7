"""When and where each dossier is heard, and by whom: exact arithmetic on one instance, no request, no query, no clock
(docs/decisions/0053).

`instance` says what is asked, `seats` who can sit at a slot, `sheet` writes the mails' calendars; `solver` and `causes` import HiGHS and
numpy: a worker's and a command's, never the web's."""

from .instance import Dossier, Instance, Slot, worth

__all__ = ["Dossier", "Instance", "Slot", "worth"]
