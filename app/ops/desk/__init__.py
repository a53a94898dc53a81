"""The operator's desk: what was spent and asked for, sending again, giving back, forgetting. For people and programs.

Every command works while the service runs, on SQLite beside it as well, and while it does not.
"""
