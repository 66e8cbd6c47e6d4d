"""Keys and sealed values: the key-encryption key in its file, the data keys it wraps, AES-256-GCM.

``keyring`` derives one key a purpose; ``sealed`` binds a ciphertext to the row and column it is for.
"""
