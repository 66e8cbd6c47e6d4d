"""What is issued: one module a kind of token, and ``handle.py`` for the random values that name one."""
