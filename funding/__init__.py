"""What money there is, what is promised and where it went: the ledger and what stands on it."""
