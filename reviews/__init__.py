"""Who may judge, what they thought, how the dossiers rank."""
