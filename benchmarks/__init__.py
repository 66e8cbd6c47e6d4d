"""How fast Doorward is: `make bench`.

A PostgreSQL server with durable commits and `doorward serve`, both as real process trees, and clients in
a process of their own on the same machine. `scenarios` says what is measured, one file each; `measure`
does it: rate and times as the clients see them, CPU time of server and database from /proc, SQL
statements from the database's log. `load` is the clients' process, `installation` what they meet.
"""
