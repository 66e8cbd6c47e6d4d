"""SAML 2.0 towards service providers: single sign-on, single logout, our metadata.

The rules are pure: ``bindings`` turn bytes into a message and back; ``sso.request`` reads what is asked,
``sso.checks`` judges it, ``sso.assertion`` and ``sso.response`` write the answer; ``logout`` does the
same for single logout. The service provider, the time and the keys are handed in, and what is to be
stored (replay, identifiers, participants) is handed out. Around them stands the face: ``views`` and the
two doors ``sign_on`` and ``sign_off``, ``answerer`` for the end of a login, ``rejected`` for what nobody
may trust. XML itself, signatures and metadata live in ``metadata.saml``, pages in ``idp.pages``.
Start reading at sign_on.py, then sso/checks.py.
"""
