"""The verbs of the portal: people, applications, backups."""
