"""Configuration: what deciding reads from memory, and the use cases that change it.

``rules`` is the compiled whole (policies, realms, resolvers, token types), ``source`` compiles it from
the rows, ``change`` validates, audits and moves the revision. Start reading at rules.py.
"""
