"""Who calls the token endpoint: one module a method, ``authenticate.py`` around them.

A method's module finds what was presented in its own place; exactly one may find something, and it
must be the method that the client registered. Start reading at authenticate.py.
"""
