"""Forms of the decisions, by noun; the verbs hold the rules."""
