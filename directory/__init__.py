"""People, establishments, territories and the arithmetic of coverage; sign-in and tokens."""
