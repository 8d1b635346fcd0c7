"""The call: its dated settings, its waves, its questions and its legal clocks."""
