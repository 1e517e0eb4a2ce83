"""The command line: commands from the catalogue, plus accounts, keys, jobs, serve and demo."""

from ringback.cli.commands import run_command
from ringback.cli.options import Doors

__all__ = ["Doors", "run_command"]
