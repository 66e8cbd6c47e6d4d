"""Token types: one module a type, and the one list of them in ``registry``.

A type says what it can do by the capability protocols of ``base`` and what a match is worth by
``worth``; the engine asks for a capability and never for a name. The algorithms are below
(``mfa_engine.algorithms``), who may enrol what is above (``lifecycle``, ``policy``). Start reading
at base.py.
"""
