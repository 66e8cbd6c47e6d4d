"""The token and policy engine: may this person in, and with what was it proven?

It owns people, realms, tokens, policies, challenges and the audit; it knows no HTTP, no page and
no relying party. Start reading at ``authentication/check.py``: look, ask, record.
"""
