"""The interactive login: from an application's request to an issued answer.

``flow.next_step`` decides, from the stored LoginTransaction, what happens next. Each step
(``steps/``) does one thing, writes the transaction and returns to the router in ``views``; no step
knows another. ``issue`` ends it: the only place where a session is made or raised. Logout does not
live here (``idp.logout``). Start reading at flow.py.
"""
