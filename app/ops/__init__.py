"""What operators do at a terminal: doctor, setup, desk (usage, requests, resend, refund, forget), backup."""
