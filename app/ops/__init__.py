"""Commands for operators: init, setup, doctor, desk (usage, requests, resend, refund, forget), backup, move, prices."""
