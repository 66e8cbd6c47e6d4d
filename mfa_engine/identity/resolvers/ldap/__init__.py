"""Directories spoken to by LDAP: OpenLDAP and its like, Active Directory.

``settings`` reads what was configured, ``filters`` and ``entries`` translate (pure), ``server`` speaks
to one server over a connection that ``tls`` verified, ``resolver`` asks the servers in order. ldap3 is
imported below this folder only. Start reading at resolver.py.
"""

import warnings

with warnings.catch_warnings():
    # The last ldap3 is older than the pyasn1 that it meets, and names there what has new names now.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3  # noqa: F401
