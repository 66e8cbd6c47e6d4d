"""Everything the world talks to: the login, SAML, OpenID Connect, the wire API, pages, command line.

Two main paths. A login: ``oidc/authorize`` or ``saml/sso`` -> ``login/flow.py`` -> the answerer.
A validation: ``api/validate.py`` -> ``mfa_engine.authentication.check``. How the parts are put
together stands in ``wiring.py`` and nowhere else.
"""
