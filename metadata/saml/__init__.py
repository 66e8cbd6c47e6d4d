"""SAML 2.0 documents without their traffic: parsed, signed and verified, read and written.

``document.parse`` is the one door by which XML comes in; what it returns is what is verified
(``signature``) and what is read (``read``, and the message readers of ``idp.saml``). What goes
out is text in canonical form (``markup``, ``signing``, ``own``). Bindings, profiles and status
codes belong to ``idp.saml``. Start reading at document.py.
"""
