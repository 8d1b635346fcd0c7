"""The connection: at the beginning of each outermost transaction, whoever they are for, the keys of who is at work go to the database.

They go in the extended protocol, apart from the statement, whose text everyone of the same login may read in pg_stat_activity;
and for the transaction alone, since the connection will serve somebody else.
"""

import psycopg
from django.db.backends.postgresql import base

from .. import speaker

TELL = "SELECT set_config('portal.key', %s, true), set_config('portal.once', %s, true)"


class DatabaseWrapper(base.DatabaseWrapper):
    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            self.tell(speaker.keys())

    def tell(self, keys: speaker.Keys) -> None:
        """Who speaks until the end of this transaction; a connection that could not be told serves nobody."""
        if not any(keys):
            return
        try:
            with self.wrap_database_errors:
                psycopg.Cursor(self.connection).execute(TELL, keys)
        except Exception:
            if not self.in_atomic_block:
                self.close()
            raise
