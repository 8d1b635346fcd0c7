"""The cast and a whole call, built through verbs, staged and seeded."""
