"""OpenID Connect and OAuth 2.0: the provider's face.

It owns the protocol: what a request may say, in which order it is checked, what an answer looks
like, and what a code or token entitles to. Everything but ``views`` is pure: values in, a value or
an error out. The login itself is ``idp.login``'s; who a client is stands in ``metadata.oidc``.

Two main paths. A login: ``authorize/request.py`` -> ``authorize/checks.py`` -> (login) ->
``authorize/answer.py``. A redemption: ``client_auth`` -> ``grants/authorization_code.py`` ->
``tokens``. Start reading at authorize/checks.py.
"""
