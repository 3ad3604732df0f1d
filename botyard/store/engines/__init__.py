"""What rows and bytes are kept in: SQLite, PostgreSQL, folders and buckets."""
