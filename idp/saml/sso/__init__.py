"""Web browser single sign-on (SAML Profiles, section 4.1): an AuthnRequest in, a Response out.

Start reading at checks.py: the order in which a request is judged is a security property.
"""
