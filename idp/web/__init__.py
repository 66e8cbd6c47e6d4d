"""The pages of our own: a person's account, and administration.

They are first-party applications (``page:account``, ``page:admin``): ``entry`` asks the login flow whether
the browser's session proves enough, and sends it through that flow when not, so there is no second door.
``account.routes`` and ``admin.routes`` are tables: each path with its views, the right that it needs and
how fresh the sign-in must be. Right and realm of a person or token are asked where they are loaded.
What may be done, and its audit row, are the use cases' (``mfa_engine``, ``idp.applications``,
``idp.rights``). Start reading at entry.py.
"""
