"""Faults on demand: a script of what goes wrong, one entry per matching call."""
