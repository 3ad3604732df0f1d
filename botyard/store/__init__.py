"""Rows: the database engines and all the SQL there is."""
