"""A simulator in the hands of ordinary, synchronous tests: in this process or in one of its own."""
