"""SAML 2.0 towards service providers: single sign-on, single logout, and nothing of our pages.

``bindings`` turn bytes into a message and back; ``sso.request`` reads what is asked, ``sso.checks``
judges it, ``sso.assertion`` and ``sso.response`` write the answer; ``logout`` does the same for
single logout. All of these are pure: the service provider, the time and the keys are handed in, and
what is to be stored (replay, identifiers, participants) is handed out. XML itself, signatures
and metadata live in ``metadata.saml``. Start reading at sso/checks.py.
"""
