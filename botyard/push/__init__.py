"""The push server: the hub that follows the event log for everybody who is connected, and what it says to them."""
