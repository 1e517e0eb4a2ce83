"""The waiting jobs and what sends them: dispatcher, attempt, retry, polling."""
