"""What operators ask of the store: histories, accounts, gauges, spending. Read-only."""
