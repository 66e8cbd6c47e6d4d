"""OpenID Connect documents: relying parties as we know them, and our own discovery document.

``client.py`` reads client metadata (RFC 7591) into a ``RelyingParty``; ``redirect_uri.py`` holds the
rules of redirect URIs, at registration and at each request; ``own.py`` describes ourselves from the
capabilities that are switched on. Who stores a relying party is ``idp.storage``'s affair.
Start reading at client.py.
"""
