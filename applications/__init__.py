"""The dossier: its consortium, its writing, its rules, its pieces, its signature, its deposit."""
