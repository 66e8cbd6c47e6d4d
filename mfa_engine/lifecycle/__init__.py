"""The life of a token, one file a verb: enrol, finish, find, assign, change, resync, revoke, delete.

Each is a use case: it takes the runner, the rules, the origin of the act, validates, writes what it
changes and its audit row in one transaction, and says what came of it. Who may do it is the caller's
to know. Start reading at enrol.py.
"""
