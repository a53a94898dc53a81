"""What a message means and what we say. No I/O but the sentences' own files."""
