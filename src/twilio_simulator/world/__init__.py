"""The state of the simulated world: accounts, phones, messages, verifications, and what happened."""
