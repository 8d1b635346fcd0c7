"""What a dossier says: its fields, what a deposit freezes of it, what two versions differ by, its sheets."""
