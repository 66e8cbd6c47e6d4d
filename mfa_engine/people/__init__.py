"""Persons of the internal directory: one file a verb, and the rules a new password has to keep.

Finding a person in a realm is ``identity``'s, hashing is ``algorithms.password_hash``'s. People in
an outside directory keep that directory's rules.
"""
