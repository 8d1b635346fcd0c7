"""The auditor's box: what hangs from a dossier, as files that a person reads without the portal and a program checks."""
