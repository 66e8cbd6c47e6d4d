"""The published algorithms, pure: bytes and numbers in, a verdict out; no session, request or clock.

``oath`` makes and matches one-time codes, ``webauthn`` judges the answers of security keys,
``password_hash`` turns passwords and PINs into what is stored. What a verdict costs (a counter
spent, a failure counted) is the business of ``tokentypes`` and ``authentication``. Secrets come
in as arguments: sealing and the deriving of keys are ``secrets``'.
"""
