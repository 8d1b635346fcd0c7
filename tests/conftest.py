"""What every test may ask for, one part a noun."""

pytest_plugins = ["tests.database", "tests.processes"]
