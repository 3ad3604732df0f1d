"""The health of bots and of deliveries, and why an event did not arrive."""
