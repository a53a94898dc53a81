"""What a chat is told, when, and on which reply token."""
