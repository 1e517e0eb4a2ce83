"""The only package that knows Twilio's addresses, authentication, form encoding and answers."""
