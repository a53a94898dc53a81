"""What a message means: rules, the moment, the gate, the reader; each decides only when it is sure."""
