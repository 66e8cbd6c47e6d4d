"""Our signing keys: their life (next, active, retired), and the snapshot that faces sign from.

``signing_key`` is one key in memory, ``snapshot`` all of them as of one revision, ``plan`` what a
rotation does (pure), ``rotate`` does it. Private parts lie sealed in the database.
"""
