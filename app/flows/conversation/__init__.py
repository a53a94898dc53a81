"""One event: taken from the inbox, understood in the order of its chat, and acted on."""
