"""What runs without being asked: cleaning up, alerts, the watch over models and budgets, rich menus."""
