"""PostgreSQL as Django knows it, and one thing more: each transaction begins by saying who speaks (base.py)."""
