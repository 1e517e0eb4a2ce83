"""Twilio's requests to the customer: built, signed, sent and remembered."""
