"""What is seen: home by role, figures, map, search, jobs, the public page of the call."""
