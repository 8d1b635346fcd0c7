"""What the State does of a dossier deposited: admissibility, complements, prorogation, messages, reminders."""
