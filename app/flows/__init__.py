"""The durable workflows: an event, a picture, and what is said in a chat."""
