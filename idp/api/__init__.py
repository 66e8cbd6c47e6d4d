"""The wire API: validation, tokens and logins of programs, in the compatible format.

It reads forms, JSON and paths into values (``read``), knows who calls (``access``), asks the use cases
of ``mfa_engine`` and ``idp.rights``, and says what came of it in the one envelope (``envelope``,
``errors``). One file a resource: ``validate``, ``auth``, ``token``. Nothing is decided here but who is
told what: by default a refusal is one fixed message, whatever its cause (``outcome``).

Start reading at validate.py; ``blueprints`` is what the application registers.
"""
