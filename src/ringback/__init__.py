"""Ringback: a self-hosted Twilio connector."""

__version__ = "0.1.0"
