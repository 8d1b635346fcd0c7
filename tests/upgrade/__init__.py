"""A database of the last landed version, with its data, and its way up to the present tree.

`landed.json` says the commit at which it was made, the digest of its call, and that of every migration that had landed: none of them
is written again. `bin/prove upgrade --write` leaves another at each landing.
"""
