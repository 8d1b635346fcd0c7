"""The schema put to the proof: what stands (standing.py) and its mutants (loosened.py), what the registers say of it (register.py,
rights.py), who reads which rows (reading.py), the statements tried (trial.py), and proposed for what has none (search.py)."""
