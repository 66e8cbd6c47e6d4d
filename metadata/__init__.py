"""Who we are and whom we trust: service providers, relying parties, our own descriptions.

A pure library: it reads and writes documents and decides, but serves no HTTP and keeps no
database (``idp.storage`` keeps what it learns). Start reading at trust.py.
"""
