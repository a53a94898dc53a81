"""What survives a restart: the tables, and one method for each change of state."""
