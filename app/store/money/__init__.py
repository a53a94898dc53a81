"""What was paid, what may be paid, and what people are told of it."""
