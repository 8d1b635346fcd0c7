"""The call, its waves, the consortium, the dossier, the deposit and its admissibility."""
