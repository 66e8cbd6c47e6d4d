"""People: who is meant by a typed name, in which directory they live, and whether a password is theirs.

``realms`` reads a typed name, ``find_user`` asks the directories of a realm in their order, and
``resolvers`` are the directories. Tokens, policies, counters and audit know a person by ``UserKey``
only, never by the name typed. Nothing here holds a database connection while a directory is asked;
counting failures and recording is the caller's. Start reading at find_user.py.
"""
