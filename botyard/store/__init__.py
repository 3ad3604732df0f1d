"""Tables and all the SQL there is."""
