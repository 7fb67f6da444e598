"""What every room of the house stands on: the database, the settings, the keys, the audit."""
