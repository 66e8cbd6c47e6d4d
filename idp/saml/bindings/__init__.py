"""How messages travel: a request's bytes to a message, a message to an answer, nothing more.

A binding knows no profile: whose keys count and what a message may ask is decided behind it.
"""
