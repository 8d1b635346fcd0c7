"""The connection: whoever a statement is asked for, the keys of who is at work have gone to the database before it.

Outside a transaction they are told when they are others than the last told; each outermost transaction begins by saying them, if need
be, for itself alone. They go in the extended protocol, apart from the statement, whose text everyone of the same login may read in
pg_stat_activity.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from .. import speaker

TELL = "SELECT set_config('portal.key', %s, %s), set_config('portal.once', %s, %s)"
NOBODY = speaker.Keys()
READY = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


# « type: ignore »: the stubs of Django say nothing of what its PostgreSQL backend inherits.
class DatabaseWrapper(base.DatabaseWrapper):
    told = NOBODY  # for what is asked outside transactions: what the session of this connection holds, which nothing undoes

    def get_new_connection(self, conn_params: Any) -> Any:
        self.told = NOBODY
        return super().get_new_connection(conn_params)

    def _cursor(self, name: Any = None) -> Any:
        self.ensure_connection()
        if self.autocommit and (keys := speaker.keys()) != self.told:
            self.tell(keys, for_now=False)
            self.told = keys
        return super()._cursor(name)  # type: ignore[misc]  # see above

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # see above
        if not autocommit and (keys := speaker.keys()) != self.told:
            self.tell(keys)

    def is_usable(self) -> bool:
        """Asked at the beginning of each request. A server that leaves, or has been left, says so on the line: where nothing was heard, it is
        not asked. A transaction that failed serves no statement: it is not usable either."""
        if self.connection is not None and self.connection.info.transaction_status in READY:
            line = select.poll()
            line.register(self.connection.fileno(), select.POLLIN)
            if not line.poll(0):
                return True
        return bool(super().is_usable())

    def tell(self, keys: speaker.Keys, *, for_now: bool = True) -> None:
        """Who speaks until the end of this transaction, or until others are told; a connection that could not be told serves nobody."""
        try:
            with self.wrap_database_errors:
                psycopg.Cursor(self.connection).execute(TELL, (keys.key, for_now, keys.once, for_now))
        except Exception:
            if not self.in_atomic_block:
                self.close()
            raise
