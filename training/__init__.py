"""What the gate learns from, and how: `make train` writes `app/reading/gate.bin`, `make reading` says what it is."""
