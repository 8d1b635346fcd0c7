"""Forms of the money pages, by noun: filters that live in the address, and what each act asks; the verbs hold the rules."""
