"""A faithful local Twilio: its API, its webhooks, phones to look at and a clock to turn."""

__version__ = "0.1.0"
