"""A client that grades, rates and schedules alone: written from docs/api.md, it imports nothing of the service."""
