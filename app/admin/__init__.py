"""The dashboard at /admin, for operators in a browser. Loaded only if ADMIN_TOKEN is set.

    web              the application: its routes, the headers of every answer, its error pages
    auth             signing in and out, and who may see pages and change things, by `session` and `sign_in_limit`
    rendering        fills templates; `formats` formats durations, times and ids, `charts` lays out charts
    overview_page    money, pictures, latency, failures, queue, models, pushes; pause and resume
    requests_page    requests, each with its timeline; sending an answer again
    gallery_page     all pictures; deleting one
    people_page      people and chats; block, unblock, give more
    ledger_page      the ledger as a list and as CSV
    queries          parses the query strings of these pages

Pages are rendered on the server and need no scripts. No SQL here: the queries are in `app/reports`.
"""

from app.admin.people_page import AccessLists
from app.admin.web import DashboardParts, DashboardRules, dashboard

__all__ = ["AccessLists", "DashboardParts", "DashboardRules", "dashboard"]
