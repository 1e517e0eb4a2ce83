"""The main job shown on one machine: a simulator, a server and a tour, on a database made anew."""

from ringback.demo.show import demo

__all__ = ["demo"]
