"""What a grant entitles to: one module a grant, each a decision from values to a value.

The phases that all share (read once, authenticate the client, ``token_request.granted_type``) come
before, in the endpoint, so that a grant cannot forget one.
"""
