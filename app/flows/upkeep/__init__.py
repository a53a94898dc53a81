"""What nobody asked for: sweeping, alerts, the watch over models and budgets, rich menus."""
