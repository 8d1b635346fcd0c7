"""Pure: the tables and the arithmetic of the parts of a dossier (budget, mesh, socle, calendar, what is expected of them)."""
