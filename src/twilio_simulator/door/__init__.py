"""The ways into the simulator: HTTP on a socket, or ASGI in the same process."""
