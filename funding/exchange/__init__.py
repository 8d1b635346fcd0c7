"""Files exchanged with the tools of the State (docs/EXCHANGES.md): what their columns are, how a line is read, what it is compared
with. Pure: no query, no clock, no file."""
