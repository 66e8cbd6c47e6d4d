"""What the server remembers of a browser: a login in progress, and an SSO session.

``transaction`` is a login from an application's request until it is answered; ``sso`` a session,
made or raised only by whoever ends such a transaction (``idp.login.issue``); ``cookies`` what the
browser holds of both: random values, of which only the hash is stored here.
"""
