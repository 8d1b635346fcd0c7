"""Nouns of reviews."""
