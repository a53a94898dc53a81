"""The flows through Easel: `conversation` (one event), `drawing` (one wish), `delivery` (one chat), `upkeep`."""
