"""The verbs of chatting: rules and effects. They take and return plain values, and know no methods."""
