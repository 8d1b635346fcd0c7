"""The schema put to the proof: what stands (standing.py), what each part of it refuses (trial.py), statements proposed (search.py)."""
