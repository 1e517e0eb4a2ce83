"""The control API under /_sim: tests and people turn the world's knobs here."""
