"""The authorization endpoint: read the request, check it, and in the end answer it.

Until the redirect URI is proven to be the client's, an error is a page of ours; from then on it is a
redirect. Start reading at checks.py: the order there is a security property.
"""
