"""What survives a restart: tables, and one verb for each change of state."""
