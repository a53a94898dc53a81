"""The dashboard at /admin, for operators in a browser. Loaded only where ADMIN_TOKEN is set.

    web              the address: which page is where, the headers of every answer, what is said when something fails
    auth             signing in and out, and who may see pages and do deeds, by `session` and `sign_in_limit`
    rendering        from a template and values to an answer; `formats` writes numbers, times and keys, `charts` draws
    overview         money, pictures, latency, failures, queue, models, pushes; pause and resume
    requests         requests, each with its timeline; sending an answer again
    gallery          all pictures; deleting one
    people           people and chats; block, unblock, give more
    ledger           the ledger as a list and as CSV

Pages are made on the server and need no script. No SQL here: the questions are in `app/reports`.
"""

from app.admin.people_page import AccessLists
from app.admin.web import DashboardParts, DashboardRules, dashboard

__all__ = ["AccessLists", "DashboardParts", "DashboardRules", "dashboard"]
