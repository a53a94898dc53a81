"""What was spent, what may be spent, and what people are told about it."""
