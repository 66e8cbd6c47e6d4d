"""What follows, in the house, from an act on a person's ways to sign in, whichever face the act came by.

The engine's use cases change a token or a password and know neither sessions nor mails; these are the
functions that they are given as ``then``, which write the rest in the same transaction: sessions that
rest on it end (SESS-05), its owner is told on a way they had before (SELF-02).
"""
