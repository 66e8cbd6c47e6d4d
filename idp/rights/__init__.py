"""Who may do what: named rights, roles, and whoever acts (a principal), judged without I/O.

``catalogue`` has the rights, ``roles`` the sets of them that people get, ``principal`` who acts and
what that one may. ``administrators``, ``first_administrator`` and ``service_accounts`` are the use
cases, shared by the wire API, the admin pages and the command line. Who somebody is, is proven
elsewhere (``idp.login``, ``idp.api``); what a login needs is the policies' to say.

What is refused is raised as Denied or OutOfReach; the face that catches one writes its audit row by
``denial.record_denial``. Start reading at principal.py.
"""
