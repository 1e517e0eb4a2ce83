"""Demos: short stories played through the simulator's own doors, for people who look around."""
