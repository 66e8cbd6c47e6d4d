"""Directories spoken to by LDAP: OpenLDAP and its like, Active Directory.

``settings`` reads what was configured, ``filters`` and ``entries`` translate (pure), ``server`` speaks
to one server over a verified connection, ``resolver`` asks the servers in order. ldap3 is imported
below this folder only. Start reading at resolver.py.
"""
