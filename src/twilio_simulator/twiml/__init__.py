"""TwiML: what the customer's server answers, read safely."""
