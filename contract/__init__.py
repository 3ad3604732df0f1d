"""The documented API as data, and a checker of responses; see README.md."""
