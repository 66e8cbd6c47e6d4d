"""Tables of the faces: login transactions, sessions, what was issued, partners, keys, administrators.

On the engine's ``Base``, so that one transaction and one history of migrations serve both.
"""
