"""The admin pages: find a person, put their tokens right, register applications and service accounts.

Each view loads what it is about and asks the right of that: ``people`` and ``tokens`` do, by realm.
"""
