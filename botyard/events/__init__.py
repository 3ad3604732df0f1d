"""Who is told of what happened: the one place where events are published."""
