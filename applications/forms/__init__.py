"""Forms of the hospitals, one module per part of the dossier."""
