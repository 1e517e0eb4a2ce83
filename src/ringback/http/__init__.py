"""The HTTP API under /v1, the hooks that Twilio calls, and the page that documents them."""
