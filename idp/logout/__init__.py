"""Signing out: a session ends whole, for whichever face asked.

``end`` is the use case, ``plan`` says what is told of it (pure), ``pages`` are the question and the
report that the faces share. Whether a request may end the session is its protocol's to judge
(``oidc.logout``, ``saml.logout``); how a login ends is ``idp.login``'s.
"""
