"""What people are told: sentences, menus and buttons, in four languages."""
