"""OpenID Connect and OAuth 2.0: the provider's face.

It owns the protocol: what a request may say, in which order it is checked, what an answer looks
like, and what a code or token entitles to. What decides is pure: values in, a value or an error out;
around it stand the endpoints (``views`` names them), ``answerer`` and ``participant``, by which the
login and the logout reach us, and ``grants/redemption``. The login itself is ``idp.login``'s; who a
client is stands in ``metadata.oidc``, and how it is registered in ``idp.applications.clients``.

Two main paths. A login: ``authorize/endpoint.py`` -> ``authorize/checks.py`` -> (login) ->
``answerer.py``. A redemption: ``token_endpoint.py`` -> ``client_auth`` -> ``grants/redemption.py`` ->
``tokens``. Start reading at authorize/checks.py.
"""
