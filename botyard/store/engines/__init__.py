"""Storage engines: SQLite, PostgreSQL, and folders and buckets for the bytes of files."""
