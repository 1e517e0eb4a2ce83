"""The phone page: what a person sees of the simulated world in a browser."""
